// Checks of parts of a JSON resource: each refuses another kind of value, and says where it stood.

import { FileError } from "#app/errors.js";

/** @typedef {(value: any, where: string) => void} Check */

/**
 * @param {(value: any) => boolean} is
 * @param {string} expected
 * @returns {Check}
 */
function kind(is, expected) {
  return (value, where) => {
    if (is(value)) return;
    const found = JSON.stringify(value) ?? "nothing";
    throw new FileError(`${where} must be ${expected}, not ${found.slice(0, 80)}`);
  };
}

/** @param {any} value */
function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

export const text = kind((value) => typeof value === "string", "a text");
export const flag = kind((value) => typeof value === "boolean", "true or false");
export const number = kind((value) => Number.isFinite(value), "a number");
export const positive = kind((value) => Number.isFinite(value) && value > 0, "a number above 0");
export const count = kind(isCount, "a whole number from 0 on");
export const pair = kind((v) => Array.isArray(v) && v.length === 2 && v.every(isCount), "two whole numbers");
const list = kind(Array.isArray, "a list");
const object = kind((v) => typeof v === "object" && v !== null && !Array.isArray(v), "a JSON object");

/**
 * @param {...string} words
 * @returns {Check}
 */
export function oneOf(...words) {
  return kind((value) => words.includes(value), words.join(" or "));
}

/**
 * @param {Check} check
 * @returns {Check}
 */
export function orNull(check) {
  return (value, where) => {
    if (value !== null) check(value, where);
  };
}

/**
 * A list, every entry alike.
 * @param {Check} check
 * @returns {Check}
 */
export function listOf(check) {
  return (value, where) => {
    list(value, where);
    for (let i = 0; i < value.length; i++) check(value[i], `${where}.${i}`);
  };
}

/**
 * An object of any names, every value alike.
 * @param {Check} check
 * @returns {Check}
 */
export function byName(check) {
  return (value, where) => {
    object(value, where);
    for (const name of Object.keys(value)) check(value[name], `${where}.${name}`);
  };
}

/**
 * An object with these fields; others don't matter.
 * @param {Record<string, Check>} checks
 * @returns {Check}
 */
export function having(checks) {
  return (value, where) => {
    object(value, where);
    for (const [name, check] of Object.entries(checks)) {
      if (!Object.hasOwn(value, name)) throw new FileError(`${where}: field '${name}' is missing`);
      check(value[name], `${where}.${name}`);
    }
  };
}

/** Anything: another module looks at it. @type {Check} */
export const anything = () => {};
