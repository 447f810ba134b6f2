// Linear layers, batch normalisation, means and softmax.

/** @import {Context, LinearArithmetic, BatchnormArithmetic} from "#app/look/arithmetic/types.js" */
/** @import {MeanArithmetic, SoftmaxArithmetic} from "#app/look/arithmetic/types.js" */

import { plusBias, sumAndBias } from "#app/look/arithmetic/windows.js";
import { factor, number } from "#app/look/numbers.js";
import { placeOf, ravel, unravel } from "#app/look/place.js";
import { size } from "#app/net/shapes.js";

/**
 * @param {Context} context
 * @returns {LinearArithmetic}
 */
export function linear({ node, index, value, shape, sources: [source], inputs: [input], role }) {
  const { features } = node.attrs;
  const width = source[source.length - 1];
  const [row, feature] = [Math.floor(index / features), index % features];
  const weight = /** @type {Float32Array} */ (role("weight"));
  const weights = weight.slice(feature * width, (feature + 1) * width);
  const inputs = input.slice(row * width, (row + 1) * width);
  const terms = Array.from(inputs, (number, i) => {
    return { index: row * width + i, input: number, weight: weights[i], product: number * weights[i] };
  });
  const rank = (/** @type {number} */ product) => (Number.isNaN(product) ? Infinity : Math.abs(product));
  terms.sort((a, b) => rank(b.product) - rank(a.product) || a.index - b.index);
  const bias = role("bias")?.[feature];
  const sum = terms.reduce((total, { product }) => total + product, 0);
  const text = `${number(value)} = Σ input × weight${sumAndBias(sum, bias)}`;
  const found = { inputs, weights, terms, bias };
  return { op: "linear", stage: node.name, index, place: placeOf(shape, index), value, text, ...found };
}

/**
 * @param {Context} context
 * @returns {BatchnormArithmetic}
 */
export function batchnorm({ node, index, value, shape, inputs: [input], role }) {
  const [channel] = unravel(shape, index);
  const { eps } = node.attrs;
  const mean = /** @type {Float32Array} */ (role("mean"))[channel];
  const variance = /** @type {Float32Array} */ (role("var"))[channel];
  const weight = role("weight")?.[channel];
  const bias = role("bias")?.[channel];
  const scaled = weight === undefined ? "" : ` × weight ${factor(weight)}`;
  const centred = `(${number(input[index])} − mean ${factor(mean)})`;
  const normalised = `${centred} / √(variance ${number(variance)} + ε)`;
  const text = `${number(value)} = ${normalised}${scaled}${plusBias(bias)}`;
  const found = { input: input[index], mean, var: variance, weight: weight ?? 1, bias: bias ?? 0, eps };
  return { op: "batchnorm", stage: node.name, index, place: placeOf(shape, index), value, text, ...found };
}

/**
 * @param {Context} context
 * @returns {MeanArithmetic}
 */
export function mean({ node, index, value, shape, sources: [source], inputs: [input] }) {
  const { axes, keep } = node.attrs;
  const position = unravel(shape, index);
  const kept = source.map((_, axis) => (!keep && axes.includes(axis) ? 0 : (position.shift() ?? 0)));
  let places = [ravel(source, kept)];
  for (const axis of axes) {
    const step = size(source.slice(axis + 1));
    places = places.flatMap((first) => Array.from({ length: source[axis] }, (_, i) => first + i * step));
  }
  const sum = places.reduce((total, at) => total + input[at], 0);
  const count = places.length;
  const text = `${number(value)} = Σ ${number(sum)} / ${count}`;
  return { op: "mean", stage: node.name, index, place: placeOf(shape, index), value, text, sum, count };
}

/**
 * @param {Context} context
 * @returns {SoftmaxArithmetic}
 */
export function softmax({ node, index, value, shape, inputs: [input] }) {
  const { axis } = node.attrs;
  const step = size(shape.slice(axis + 1));
  const current = unravel(shape, index)[axis];
  const start = index - current * step;
  const logits = Float32Array.from({ length: shape[axis] }, (_, i) => input[start + i * step]);
  const highest = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
  const exponentials = Float64Array.from(logits, (logit) => Math.exp(logit - highest));
  const sum = exponentials.reduce((total, part) => total + part, 0);
  const power = `${number(logits[current])} − ${factor(highest)}`;
  const text = `${number(value)} = e^(${power}) / Σ ${number(sum)}`;
  const found = { logits, exponentials, sum, current };
  return { op: "softmax", stage: node.name, index, place: placeOf(shape, index), value, text, ...found };
}
