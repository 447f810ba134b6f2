// What the units of a layer answer to at one frame: units/SET/STEP.safetensors, and dreams.safetensors.

/** @import {Layer} from "#app/look/filters/layers.js" */
/** @import {Numbers} from "#app/net/safetensors.js" */
/** @import {Shape} from "#app/net/types.js" */
/** @import {Arrays} from "#app/source/run.js" */

import { arrayOf } from "#app/net/safetensors.js";
import { size } from "#app/net/shapes.js";

/** How many items are kept of those that excite a unit most. */
export const TOP = 9;
export const TWINS = 0.95; // from this correlation on two units are said to answer alike

/**
 * @typedef {object} Answers
 * @property {Int32Array} top  [units, 9]: positions, -1 where there are no more
 * @property {Int32Array} place  [units, 9]: where in the map
 * @property {Float32Array} peak  [units, 9]: how much
 * @property {Uint8Array} alive  [units]: 255 · the share of items answered at all, rounded up
 * @property {Int32Array} twin  [units]: who answers most like it, -1 for nobody
 * @property {Float32Array} alike  [units]: the correlation of the two
 */

/**
 * @param {Arrays} arrays
 * @param {Layer} layer
 * @returns {Answers}
 */
export function answersOf(arrays, { name, units }) {
  /**
   * @template {Numbers} N
   * @param {string} what
   * @param {new (length: number) => N} kind
   * @param {Shape} shape
   */
  const take = (what, kind, shape) => arrayOf(arrays, `${name}/${what}`, kind, shape, "units");
  return {
    top: take("top", Int32Array, [units, TOP]),
    place: take("place", Int32Array, [units, TOP]),
    peak: take("peak", Float32Array, [units, TOP]),
    alive: take("alive", Uint8Array, [units]),
    twin: take("twin", Int32Array, [units]),
    alike: take("alike", Float32Array, [units]),
  };
}

/**
 * The unit that one answers like; -1 for none.
 * @param {Answers} answers
 * @param {number} unit
 */
export function twinOf({ twin, alike }, unit) {
  return alike[unit] >= TWINS ? twin[unit] : -1;
}

/**
 * Whether a unit answers nothing at all.
 * @param {Answers} answers
 * @param {Layer} layer
 * @param {number} unit
 */
export function dead({ alive }, { rectified }, unit) {
  return rectified && alive[unit] === 0;
}

/**
 * The pictures that excite one unit most, a moment each.
 * @typedef {object} Dreams
 * @property {Int32Array} steps
 * @property {Uint8Array[]} pictures  [channels, height, width] of the input; none where the unit has none
 * @property {number[]} values  what the unit sums up to
 */

/**
 * @param {Arrays} arrays
 * @param {Layer} layer
 * @param {number} unit
 * @param {Shape} shape  of the input
 * @returns {Dreams}
 */
export function dreamsOf(arrays, { name }, unit, shape) {
  const moments = arrays.get("steps")?.shape[0] ?? 0;
  const units = arrays.get(`${name}/values`)?.shape[1] ?? 0;
  const steps = arrayOf(arrays, "steps", Int32Array, [moments], "dreams");
  const all = arrayOf(arrays, `${name}/pictures`, Uint8Array, [moments, units, ...shape], "dreams");
  const values = arrayOf(arrays, `${name}/values`, Float32Array, [moments, units], "dreams");
  if (unit >= units) return { steps, pictures: [], values: [] };
  const length = size(shape);
  // A network that had blown up has none.
  const there = Array.from(steps.keys()).filter((moment) => Number.isFinite(values[moment * units + unit]));
  const places = there.map((moment) => moment * units + unit);
  return {
    steps: Int32Array.from(there, (moment) => steps[moment]),
    pictures: places.map((place) => all.subarray(place * length, (place + 1) * length)),
    values: places.map((place) => values[place]),
  };
}
