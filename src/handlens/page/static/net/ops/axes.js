// The operations that look along axes: flatten, mean, softmax.

/** @import {Op, Shape} from "#app/net/types.js" */

import { GraphError } from "#app/errors.js";
import { axes, axisOf, flag, whole } from "#app/net/ops/attrs.js";
import { size, text } from "#app/net/shapes.js";

/** @type {Op} */
export const flatten = {
  attrs: {},
  shape: ([source]) => [size(source)],
  prepare: () => ({
    forward([input], output) {
      output.set(input);
    },
    backward(gradient, [target]) {
      for (let i = 0; i < gradient.length; i++) target[i] += gradient[i];
    },
  }),
};

/** @type {Op} */
export const mean = {
  attrs: { axes, keep: flag },
  shape([source], { axes, keep }) {
    const known = source.map((_, axis) => axis);
    if (new Set(axes).size < axes.length || !axes.every((/** @type {number} */ a) => known.includes(a))) {
      throw new GraphError(
        `mean over axes ${text(axes)} of ${text(source)}: axes must be among ${text(known)}, each once`,
      );
    }
    if (keep) return source.map((side, axis) => (axes.includes(axis) ? 1 : side));
    if (axes.length === source.length) {
      throw new GraphError(`mean over all axes of ${text(source)} leaves none; keep them or leave one out`);
    }
    return source.filter((_, axis) => !axes.includes(axis));
  },
  prepare([source], output, { axes }) {
    const goals = destinations(source, axes);
    const sums = new Float64Array(size(output));
    const share = sums.length / goals.length;
    return {
      forward([input], output) {
        sums.fill(0);
        for (let i = 0; i < goals.length; i++) sums[goals[i]] += input[i];
        for (let i = 0; i < sums.length; i++) output[i] = sums[i] * share;
      },
      backward(gradient, [target]) {
        for (let i = 0; i < goals.length; i++) target[i] += gradient[goals[i]] * share;
      },
    };
  },
};

/**
 * For each number of a tensor: the place of the mean that it goes into.
 * @param {Shape} source
 * @param {readonly number[]} axes
 */
function destinations(source, axes) {
  const goals = new Int32Array(size(source));
  for (let i = 0; i < goals.length; i++) {
    for (let axis = source.length - 1, rest = i, step = 1; axis >= 0; axis--) {
      const position = rest % source[axis];
      rest = (rest - position) / source[axis];
      if (axes.includes(axis)) continue;
      goals[i] += position * step;
      step *= source[axis];
    }
  }
  return goals;
}

/** @type {Op} */
export const softmax = {
  attrs: { axis: whole },
  shape([source], attrs) {
    axisOf(attrs, source);
    return source;
  },
  prepare([source], output, { axis }) {
    const length = source[axis];
    const step = size(source.slice(axis + 1)); // from one number to the next along the axis
    const lines = size(source) / length;
    const start = (/** @type {number} */ line) => (line % step) + Math.floor(line / step) * step * length;
    return {
      forward([input], output) {
        for (let line = 0; line < lines; line++) normalise(input, output, start(line), step, length);
      },
      backward(gradient, [target], _inputs, output) {
        for (let line = 0; line < lines; line++) {
          const first = start(line);
          const end = first + step * length;
          let mixed = 0;
          for (let i = first; i < end; i += step) mixed += gradient[i] * output[i];
          for (let i = first; i < end; i += step) target[i] += output[i] * (gradient[i] - mixed);
        }
      },
    };
  },
};

/**
 * The softmax of `length` numbers that stand `step` apart, after subtracting the largest lest exp overflow.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {number} first
 * @param {number} step
 * @param {number} length
 */
export function normalise(input, output, first = 0, step = 1, length = input.length) {
  const end = first + step * length;
  let highest = -Infinity;
  for (let i = first; i < end; i += step) highest = Math.max(highest, input[i]);
  let sum = 0;
  for (let i = first; i < end; i += step) sum += Math.exp(input[i] - highest);
  for (let i = first; i < end; i += step) output[i] = Math.exp(input[i] - highest) / sum;
}
