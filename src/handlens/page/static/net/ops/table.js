// Every operation that a graph may hold, under the names of docs/recording.md.

/** @import {Attrs, Op, Shape} from "#app/net/types.js" */

import { GraphError } from "#app/errors.js";
import { dropout, gelu, leakyRelu, relu, sigmoid, silu, tanh } from "#app/net/ops/activations.js";
import { flatten, mean, softmax } from "#app/net/ops/axes.js";
import { batchnorm } from "#app/net/ops/batchnorm.js";
import { conv } from "#app/net/ops/conv.js";
import { add, concat } from "#app/net/ops/joins.js";
import { linear } from "#app/net/ops/linear.js";
import { avgpool, maxpool } from "#app/net/ops/pool.js";
import { checkSize } from "#app/net/shapes.js";

/** @type {Map<string, Op>} */
export const OPS = new Map(
  Object.entries({
    conv,
    linear,
    maxpool,
    avgpool,
    batchnorm,
    relu,
    leaky_relu: leakyRelu,
    gelu,
    silu,
    tanh,
    sigmoid,
    add,
    concat,
    flatten,
    dropout,
    mean,
    softmax,
  }),
);

/**
 * The operation of that name.
 * @param {string} name
 * @returns {Op}
 */
export function operation(name) {
  const op = OPS.get(name);
  if (op === undefined) {
    throw new GraphError(`unknown operation '${name}'; this page knows ${[...OPS.keys()].join(", ")}`);
  }
  return op;
}

/**
 * The shape that an operation gives, its attributes and inputs checked.
 * @param {string} name
 * @param {Shape[]} inputs
 * @param {Attrs} attrs
 * @returns {Shape}
 */
export function infer(name, inputs, attrs) {
  const op = operation(name);
  const [known, given] = [Object.keys(op.attrs).sort(), Object.keys(attrs).sort()];
  if (known.join() !== given.join()) {
    throw new GraphError(`${name} has the attributes [${known.join(", ")}], not [${given.join(", ")}]`);
  }
  for (const [key, check] of Object.entries(op.attrs)) check(key, attrs[key]);
  if (inputs.length < 1 || (inputs.length > 1 && !op.manyInputs)) {
    throw new GraphError(`${name} takes ${op.manyInputs ? "one or more inputs" : "one input"}`);
  }
  const shape = op.shape(inputs, attrs);
  checkSize(`what ${name} gives,`, shape);
  return shape;
}
