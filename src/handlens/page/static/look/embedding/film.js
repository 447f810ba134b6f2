// The aligned t-SNE: where its items lie at each frame, read from differences.

/** @import {Numbers} from "#app/net/safetensors.js" */
/** @import {Shape} from "#app/net/types.js" */

import { FileError } from "#app/errors.js";

/**
 * @typedef {object} Film
 * @property {Int32Array} items  positions
 * @property {Map<number, Float32Array>} places  by step: x to the right and y upward of each item, -1…1 in all frames
 */

/**
 * @param {Map<string, {shape: Shape, data: Numbers}>} arrays  of tsne/SET.safetensors
 * @param {string} where  for the message
 * @returns {Film}
 */
export function readFilm(arrays, where) {
  const [items, steps, film] = ["items", "steps", "film"].map((name) => arrays.get(name)?.data);
  const fits =
    items instanceof Int32Array &&
    steps instanceof Int32Array &&
    film instanceof Int16Array &&
    film.length === 2 * items.length * steps.length;
  if (!fits) throw new FileError(`${where}: 'film' must be int16, two for each of 'items' and 'steps'`);
  const codes = accumulated(film, 2 * items.length);
  const { middle, half } = box(codes);
  const frame = (/** @type {number} */ i) =>
    Float32Array.from(
      codes.subarray(i * 2 * items.length, (i + 1) * 2 * items.length),
      (code, k) => (code - middle[k % 2]) / half,
    );
  return { items, places: new Map(Array.from(steps, (step, i) => [step, frame(i)])) };
}

/**
 * The square around all frames.
 * @param {Int16Array} codes
 */
function box(codes) {
  const [lowest, highest] = [
    [Infinity, Infinity],
    [-Infinity, -Infinity],
  ];
  codes.forEach((code, i) => {
    lowest[i % 2] = Math.min(lowest[i % 2], code);
    highest[i % 2] = Math.max(highest[i % 2], code);
  });
  const half = Math.max(highest[0] - lowest[0], highest[1] - lowest[1], 1) / 2;
  return { middle: lowest.map((low, k) => (low + highest[k]) / 2), half };
}

/**
 * @param {Int16Array} differences
 * @param {number} frame  numbers of a frame
 */
function accumulated(differences, frame) {
  const codes = Int16Array.from(differences);
  for (let i = frame; i < codes.length; i++) codes[i] += codes[i - frame];
  return codes;
}
