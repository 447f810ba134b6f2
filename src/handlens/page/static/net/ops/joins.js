// Where branches meet: sums and concatenations.

/** @import {Op} from "#app/net/types.js" */

import { GraphError } from "#app/errors.js";
import { axisOf, whole } from "#app/net/ops/attrs.js";
import { same, size, text } from "#app/net/shapes.js";

/** @type {Op} */
export const add = {
  attrs: {},
  manyInputs: true,
  shape(inputs) {
    if (!inputs.every((shape) => same(shape, inputs[0]))) {
      throw new GraphError(`add needs inputs of one shape, not ${inputs.map(text).join(" and ")}`);
    }
    return inputs[0];
  },
  prepare: () => ({
    forward(inputs, output) {
      output.set(inputs[0]);
      for (let k = 1; k < inputs.length; k++) accumulate(output, inputs[k]);
    },
    backward(gradient, gradients) {
      for (let k = 0; k < gradients.length; k++) accumulate(gradients[k], gradient);
    },
  }),
};

/**
 * @param {Float32Array} target
 * @param {Float32Array} more
 */
function accumulate(target, more) {
  for (let i = 0; i < more.length; i++) target[i] += more[i];
}

/** @type {Op} */
export const concat = {
  attrs: { axis: whole },
  manyInputs: true,
  shape(inputs, attrs) {
    const axis = axisOf(attrs, inputs[0]);
    const alike = (/** @type {readonly number[]} */ shape) =>
      shape.length === inputs[0].length && shape.every((side, i) => i === axis || side === inputs[0][i]);
    if (!inputs.every(alike)) {
      throw new GraphError(
        `concat on axis ${axis} needs inputs alike elsewhere, not ${inputs.map(text).join(" and ")}`,
      );
    }
    const total = inputs.reduce((sum, shape) => sum + shape[axis], 0);
    return inputs[0].map((side, i) => (i === axis ? total : side));
  },
  prepare(inputs, output, { axis }) {
    const blocks = inputs.map((shape) => size(shape.slice(axis))); // numbers in a row from one input
    const block = size(output.slice(axis));
    const starts = blocks.map((_, k) => blocks.slice(0, k).reduce((sum, length) => sum + length, 0));
    return {
      forward(inputs, output) {
        for (let k = 0; k < inputs.length; k++) {
          for (let i = 0; i < inputs[k].length; i++) {
            output[Math.floor(i / blocks[k]) * block + starts[k] + (i % blocks[k])] = inputs[k][i];
          }
        }
      },
      backward(gradient, gradients) {
        for (let k = 0; k < gradients.length; k++) {
          for (let i = 0; i < gradients[k].length; i++) {
            gradients[k][i] += gradient[Math.floor(i / blocks[k]) * block + starts[k] + (i % blocks[k])];
          }
        }
      },
    };
  },
};
