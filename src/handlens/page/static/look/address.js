// What the page shows as the part of its address behind "#", so that it can be sent to somebody.
//
//     #run=first&step=300&digit=test:17&unit=conv1:123&show=gradients&axis=steps&mistakes=cell.4.9
//
// A room that is open has a key of its own, whose value is the room's state, or "open".

/** @import {Stroke} from "#app/look/strokes.js" */

import { decodeStrokes, encodeStrokes } from "#app/look/strokes.js";

/**
 * All fields may be missing: what isn't said, or makes no sense, is left to the page. Whether a step, an item
 * or a unit exists isn't known here.
 * @typedef {object} Address
 * @property {string} [run]  the recording's id
 * @property {number} [step]
 * @property {{set: string, index: number}} [digit]
 * @property {Stroke[]} [ink]  what was drawn, in place of a digit
 * @property {{stage: string, index: number}} [unit]
 * @property {"values" | "gradients"} [show]  "values" is usual, and left out
 * @property {"frames" | "steps"} [axis]  "frames" is usual, and left out
 * @property {Record<string, string>} [rooms]  the state of each room that is open, "" as it opens
 */

const STATE = /^[\w.~-]{1,200}$/;

/**
 * @param {string} hash  with or without its "#"
 * @param {string[]} [names]  of the rooms that there are
 * @returns {Address}
 */
export function readAddress(hash, names = []) {
  const given = new Map(hash.replace(/^#/, "").split("&").map(entry));
  const field = (/** @type {string} */ name) => given.get(name) ?? "";
  const found = {
    run: field("run") || undefined,
    step: whole(field("step")),
    digit: pair(field("digit"), (set, index) => ({ set, index })),
    ink: field("ink") === "" ? undefined : decodeStrokes(field("ink")),
    unit: pair(field("unit"), (stage, index) => ({ stage, index })),
    show: field("show") === "gradients" ? field("show") : undefined,
    axis: field("axis") === "steps" ? field("axis") : undefined,
    rooms: roomsOf(names.map((name) => [name, field(name)])),
  };
  const known = Object.entries(found).filter(([, value]) => value !== undefined);
  return /** @type {Address} */ (Object.fromEntries(known));
}

/**
 * @param {Address} address
 * @returns {string} with its "#"; "" where there is nothing to say
 */
export function writeAddress({ run, step, digit, ink, unit, show, axis, rooms = {} }) {
  const fields = {
    run,
    step,
    digit: digit && `${digit.set}:${digit.index}`,
    ink: ink && encodeStrokes(ink),
    unit: unit && `${unit.stage}:${unit.index}`,
    show: show === "gradients" ? show : undefined,
    axis: axis === "steps" ? axis : undefined,
    ...Object.fromEntries(Object.entries(rooms).map(([name, state]) => [name, state || "open"])),
  };
  const said = Object.entries(fields).filter(([, value]) => value !== undefined && value !== "");
  return said.length === 0 ? "" : `#${said.map(([name, value]) => `${name}=${escaped(value)}`).join("&")}`;
}

/** @param {unknown} value */
function escaped(value) {
  return encodeURIComponent(String(value)).replaceAll("%3A", ":");
}

/**
 * @param {string} text
 * @returns {[string, string]}
 */
function entry(text) {
  const [name, ...rest] = text.split("=");
  try {
    return [name, decodeURIComponent(rest.join("="))];
  } catch {
    return [name, ""]; // a "%" that begins nothing
  }
}

/** @param {[string, string][]} given  names, and what stands there */
function roomsOf(given) {
  const open = given.filter(([, state]) => STATE.test(state));
  if (open.length === 0) return undefined;
  return Object.fromEntries(open.map(([name, state]) => [name, state === "open" ? "" : state]));
}

/** @param {string} text */
function whole(text) {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/**
 * A name and a number; names may hold colons.
 * @template T
 * @param {string} text
 * @param {(name: string, index: number) => T} make
 */
function pair(text, make) {
  const colon = text.lastIndexOf(":");
  const index = whole(text.slice(colon + 1));
  return colon < 1 || index === undefined ? undefined : make(text.slice(0, colon), index);
}
