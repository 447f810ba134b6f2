// The weights of one unit: which channels it weighs most, and how they are laid out to be painted.

/** @import {Layer} from "#app/look/filters/layers.js" */
/** @import {Weights} from "#app/net/types.js" */

/** @typedef {Pick<Layer, "channels" | "height" | "width">} Form */

/**
 * A unit's weights, [channels, height, width] row by row: a view.
 * @param {Weights} weights  of a frame
 * @param {Layer} layer
 * @param {number} unit
 */
export function kernelOf(weights, { tensor, channels, height, width }, unit) {
  const size = channels * height * width;
  const { data } = /** @type {{data: Float32Array}} */ (weights.get(tensor));
  return data.subarray(unit * size, (unit + 1) * size);
}

/**
 * The channels by the root of the sum of their squared weights, the largest first.
 * @param {Float32Array} kernel
 * @param {Form} form
 * @returns {number[]}
 */
export function byStrength(kernel, { channels, height, width }) {
  const area = height * width;
  const strengths = Array.from({ length: channels }, (_, k) => {
    let sum = 0;
    for (let i = k * area; i < (k + 1) * area; i++) sum += kernel[i] * kernel[i];
    return Number.isNaN(sum) ? 0 : sum;
  });
  return strengths.map((_, k) => k).sort((one, other) => strengths[other] - strengths[one] || one - other);
}

/**
 * The limit of a unit's colours: its largest weight, whatever its sign; 1 where that is 0 or no number.
 * @param {Float32Array} kernel
 */
export function limitOf(kernel) {
  let most = 0;
  for (const weight of kernel) most = Math.max(most, Math.abs(weight));
  return most > 0 && most < Infinity ? most : 1;
}

/**
 * What stands for a unit in small: the channel that it weighs most, or all of its weights where a channel has
 * but one.
 * @param {Form} form
 */
export function tileForm({ channels, height, width }) {
  if (height * width > 1) return { height, width };
  const across = Math.ceil(Math.sqrt(channels));
  return { height: Math.ceil(channels / across), width: across };
}

/**
 * @param {Float32Array} kernel
 * @param {Form} form
 * @param {number} channel  that stands for it
 * @returns {Float32Array}  a view; as many numbers as a tile holds, or fewer
 */
export function tileOf(kernel, { height, width }, channel) {
  const area = height * width;
  return area > 1 ? kernel.subarray(channel * area, (channel + 1) * area) : kernel;
}

/**
 * One number a column: kernels beside each other, channels below each other, without gaps.
 * @param {(Float32Array | undefined)[]} kernels  a column each; undefined leaves one empty
 * @param {number[]} channels  a row each
 * @param {Form} form
 * @param {Float32Array} out  [rows · height, columns · width]; NaN where nothing is known
 */
export function layFilm(kernels, channels, { height, width }, out) {
  const across = kernels.length * width;
  kernels.forEach((kernel, column) => {
    channels.forEach((channel, row) => {
      for (let y = 0; y < height; y++) {
        const to = (row * height + y) * across + column * width;
        const from = (channel * height + y) * width;
        for (let x = 0; x < width; x++) out[to + x] = kernel === undefined ? NaN : kernel[from + x];
      }
    });
  });
}

/**
 * Which of a training's frames a film of so many columns shows: the first, the last, the others evenly.
 * @param {readonly number[]} steps
 * @param {number} most  two at least
 * @returns {number[]}  steps, ascending
 */
export function columnsOf(steps, most) {
  if (steps.length <= most) return [...steps];
  return Array.from({ length: most }, (_, i) => steps[Math.round((i * (steps.length - 1)) / (most - 1))]);
}

/**
 * The place of the step nearest to another; of two equally near ones the first.
 * @param {ArrayLike<number>} steps  ascending
 * @param {number} step
 */
export function nearest(steps, step) {
  let best = 0;
  for (let i = 1; i < steps.length; i++) {
    if (Math.abs(steps[i] - step) < Math.abs(steps[best] - step)) best = i;
  }
  return best;
}
