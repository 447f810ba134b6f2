// The kinds of attributes: each function refuses a value of another kind.

import { GraphError } from "#app/errors.js";
import { LARGEST_TENSOR, text } from "#app/net/shapes.js";

/**
 * @param {unknown} value
 * @returns {value is number}
 */
function isWhole(value) {
  return Number.isInteger(value) && Math.abs(/** @type {number} */ (value)) <= LARGEST_TENSOR;
}

/**
 * @param {string} key
 * @param {string} expected
 * @param {unknown} value
 * @returns {never}
 */
function refuse(key, expected, value) {
  throw new GraphError(`attribute '${key}' must be ${expected}, not ${JSON.stringify(value)}`);
}

/** @type {(key: string, value: unknown) => void} */
export function whole(key, value) {
  if (!isWhole(value)) refuse(key, "a whole number", value);
}

/** @type {(key: string, value: unknown) => void} */
export function pair(key, value) {
  if (!(Array.isArray(value) && value.length === 2 && value.every(isWhole))) {
    refuse(key, "two whole numbers [height, width]", value);
  }
}

/** @type {(key: string, value: unknown) => void} */
export function axes(key, value) {
  if (!(Array.isArray(value) && value.length > 0 && value.every(isWhole))) {
    refuse(key, "a list of whole numbers", value);
  }
}

/** @type {(key: string, value: unknown) => void} */
export function flag(key, value) {
  if (typeof value !== "boolean") refuse(key, "true or false", value);
}

/** @type {(key: string, value: unknown) => void} */
export function share(key, value) {
  if (!(typeof value === "number" && value >= 0 && value <= 1)) refuse(key, "a number from 0 to 1", value);
}

/**
 * One of some words.
 * @param {...string} words
 * @returns {(key: string, value: unknown) => void}
 */
export function oneOf(...words) {
  return (key, value) => {
    if (!words.includes(/** @type {string} */ (value))) refuse(key, words.join(" or "), value);
  };
}

/**
 * The `axis` attribute, counted without the batch, checked against a shape.
 * @param {import("#app/net/types.js").Attrs} attrs
 * @param {import("#app/net/types.js").Shape} shape
 * @returns {number}
 */
export function axisOf({ axis }, shape) {
  if (!(axis >= 0 && axis < shape.length))
    throw new GraphError(`axis ${axis} doesn't exist in ${text(shape)}`);
  return axis;
}
