// Convolutions and pools: a number from a window of the input.

/** @import {Context, ConvArithmetic, PoolArithmetic} from "#app/look/arithmetic/types.js" */
/** @import {Shape} from "#app/net/types.js" */

import { number } from "#app/look/numbers.js";
import { mapPlace } from "#app/look/place.js";

const NAMED = 9; // numbers that a line has room for

/**
 * @param {Context} context
 * @returns {ConvArithmetic}
 */
export function conv({ node, index, value, shape, sources: [source], inputs: [input], role }) {
  const { kernel: sides, groups } = node.attrs;
  const place = mapPlace(shape, index);
  const depth = source[0] / groups;
  const first = Math.floor((place.channel * groups) / shape[0]) * depth;
  const area = sides[0] * sides[1];
  const start = place.channel * depth * area;
  const weight = /** @type {Float32Array} */ (role("weight"));
  const kernel = weight.slice(start, start + depth * area);
  const { taps, inside } = window(source, node.attrs, place);
  const patch = new Float32Array(depth * area);
  const channels = new Float64Array(depth);
  for (let i = 0; i < patch.length; i++) {
    const channel = Math.floor(i / area);
    if (inside[i % area]) patch[i] = input[(first + channel) * source[1] * source[2] + taps[i % area]];
    channels[channel] += patch[i] * kernel[i];
  }
  const bias = role("bias")?.[place.channel];
  const sum = channels.reduce((total, part) => total + part, 0);
  const text = `${number(value)} = Σ patch × kernel${sumAndBias(sum, bias)}`;
  const whole = /** @type {[number, number, number]} */ ([depth, ...sides]);
  const found = { patch, inside, kernel, shape: whole, channels, first, bias };
  return { op: "conv", stage: node.name, index, place, value, text, ...found };
}

/**
 * How a weighted sum's formula ends: " 0.48 + bias 0.05". Without a bias the value is the sum, and stands
 * there already.
 * @param {number} sum
 * @param {number | undefined} bias
 */
export function sumAndBias(sum, bias) {
  return bias === undefined ? "" : ` ${number(sum)}${plusBias(bias)}`;
}

/**
 * How a bias ends a formula.
 * @param {number | undefined} bias
 */
export function plusBias(bias) {
  return bias === undefined ? "" : ` + bias ${number(bias)}`;
}

/**
 * @param {Context} context
 * @returns {PoolArithmetic}
 */
export function maxpool(context) {
  const { window, inside, ...found } = pooled(context);
  let winner = inside.indexOf(1);
  for (let i = 0; i < window.length; i++) {
    // As the pool itself: of equal ones the first, and NaN wins.
    if (inside[i] && (window[i] > window[winner] || Number.isNaN(window[i]))) winner = i;
  }
  const values = [...window].filter((_, i) => inside[i]);
  const named = values.length > NAMED ? `${values.length} numbers` : values.map(number).join(", ");
  const text = `${number(found.value)} = max of ${named}`;
  return { op: "maxpool", ...found, text, window, inside, winner, count: values.length };
}

/**
 * @param {Context} context
 * @returns {PoolArithmetic}
 */
export function avgpool(context) {
  const { window, inside, ...found } = pooled(context);
  const within = inside.reduce((total, one) => total + one, 0);
  const count = context.node.attrs.count_padding ? window.length : within;
  const sum = window.reduce((total, value) => total + value, 0);
  const text = `${number(found.value)} = Σ window ${number(sum)} / ${count}`;
  return { op: "avgpool", ...found, text, window, inside, winner: -1, count };
}

/** @param {Context} context */
function pooled({ node, index, value, shape, sources: [source], inputs: [input] }) {
  const place = mapPlace(shape, index);
  const { taps, inside } = window(source, { dilation: [1, 1], ...node.attrs }, place);
  const map = place.channel * source[1] * source[2];
  const values = Float32Array.from(taps, (tap, i) => (inside[i] ? input[map + tap] : 0));
  return { stage: node.name, index, place, value, window: values, inside };
}

/**
 * Where a window's numbers lie within a map of the input, and which of them lie in it at all.
 * @param {Shape} source
 * @param {import("#app/net/types.js").Attrs} attrs
 * @param {{row: number, column: number}} place  of the output
 */
function window([, height, width], { kernel, stride, padding, dilation }, { row, column }) {
  const taps = new Int32Array(kernel[0] * kernel[1]);
  const inside = new Uint8Array(taps.length);
  for (let i = 0; i < taps.length; i++) {
    const y = row * stride[0] - padding[0] + Math.floor(i / kernel[1]) * dilation[0];
    const x = column * stride[1] - padding[1] + (i % kernel[1]) * dilation[1];
    inside[i] = Number(y >= 0 && y < height && x >= 0 && x < width);
    taps[i] = y * width + x;
  }
  return { taps, inside };
}
