// The operations that treat each number by itself. What torch does with NaN happens here too: it stays NaN.

/** @import {Shape, Op, Computation} from "#app/net/types.js" */

import { oneOf, share } from "#app/net/ops/attrs.js";

/** @type {(inputs: Shape[]) => Shape} */
const unchanged = ([source]) => source;

/**
 * @param {(x: number) => number} value
 * @param {(x: number) => number} slope  its derivative
 * @returns {Computation}
 */
function elementwise(value, slope) {
  return {
    forward([input], output) {
      for (let i = 0; i < input.length; i++) output[i] = value(input[i]);
    },
    backward(gradient, [target], [input]) {
      for (let i = 0; i < input.length; i++) target[i] += gradient[i] * slope(input[i]);
    },
  };
}

/** @type {Op} */
export const relu = {
  attrs: {},
  shape: unchanged,
  prepare: () => ({
    // Loops of their own: this one is in nearly every network, and runs at every stroke.
    forward([input], output) {
      for (let i = 0; i < input.length; i++) output[i] = input[i] < 0 ? 0 : input[i];
    },
    backward(gradient, [target], [input]) {
      for (let i = 0; i < input.length; i++) if (!(input[i] <= 0)) target[i] += gradient[i];
    },
  }),
};

/** @type {Op} */
export const leakyRelu = {
  attrs: { slope: share },
  shape: unchanged,
  prepare: (_inputs, _output, { slope }) =>
    elementwise(
      (x) => (x > 0 ? x : x * slope),
      (x) => (x > 0 ? 1 : slope),
    ),
};

/** @type {Op} */
export const gelu = {
  attrs: { approximate: oneOf("none", "tanh") },
  shape: unchanged,
  prepare: (_inputs, _output, { approximate }) =>
    approximate === "tanh"
      ? elementwise(
          (x) => 0.5 * x * (1 + Math.tanh(bend(x))),
          (x) => {
            const t = Math.tanh(bend(x));
            return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * ROOT * (1 + 3 * CUBIC * x * x);
          },
        )
      : elementwise(
          (x) => x * normal(x),
          (x) => normal(x) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI),
        ),
};

// Hendrycks and Gimpel 2016, section 2.
const ROOT = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/** @param {number} x */
function bend(x) {
  return ROOT * (x + CUBIC * x * x * x);
}

/**
 * The normal distribution's cumulative function, to 1e-7: Abramowitz and Stegun 1964, formula 7.1.26.
 * @param {number} x
 */
function normal(x) {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * series * Math.exp(-z * z);
  return x > 0 ? 1 - tail : tail;
}

/** @param {number} x */
function logistic(x) {
  return 1 / (1 + Math.exp(-x));
}

/** @type {Op} */
export const silu = {
  attrs: {},
  shape: unchanged,
  prepare: () =>
    elementwise(
      (x) => x * logistic(x),
      (x) => logistic(x) * (1 + x * (1 - logistic(x))),
    ),
};

/** @type {Op} */
export const tanh = {
  attrs: {},
  shape: unchanged,
  prepare: () =>
    elementwise(
      (x) => Math.tanh(x),
      (x) => 1 - Math.tanh(x) ** 2,
    ),
};

/** @type {Op} */
export const sigmoid = {
  attrs: {},
  shape: unchanged,
  prepare: () => elementwise(logistic, (x) => logistic(x) * (1 - logistic(x))),
};

/** A page looks at a network, it doesn't train it: nothing is dropped. @type {Op} */
export const dropout = {
  attrs: { p: share },
  shape: unchanged,
  prepare: () =>
    elementwise(
      (x) => x,
      () => 1,
    ),
};
