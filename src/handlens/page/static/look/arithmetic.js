// How a number in a network came about, in real numbers.

/** @import {Network} from "#app/net/network.js" */
/** @import {Weights} from "#app/net/types.js" */
/** @import {Context} from "#app/look/arithmetic/types.js" */

/** @typedef {import("#app/look/arithmetic/types.js").Arithmetic} Arithmetic */
/** @typedef {import("#app/look/arithmetic/types.js").ConvArithmetic} ConvArithmetic */
/** @typedef {import("#app/look/arithmetic/types.js").Term} Term */
/** @typedef {import("#app/look/arithmetic/types.js").LinearArithmetic} LinearArithmetic */
/** @typedef {import("#app/look/arithmetic/types.js").PoolArithmetic} PoolArithmetic */
/** @typedef {import("#app/look/arithmetic/types.js").ActivationArithmetic} ActivationArithmetic */
/** @typedef {import("#app/look/arithmetic/types.js").BatchnormArithmetic} BatchnormArithmetic */
/** @typedef {import("#app/look/arithmetic/types.js").AddArithmetic} AddArithmetic */
/** @typedef {import("#app/look/arithmetic/types.js").MovedArithmetic} MovedArithmetic */
/** @typedef {import("#app/look/arithmetic/types.js").MeanArithmetic} MeanArithmetic */
/** @typedef {import("#app/look/arithmetic/types.js").SoftmaxArithmetic} SoftmaxArithmetic */
/** @typedef {import("#app/look/arithmetic/types.js").InputArithmetic} InputArithmetic */

import { batchnorm, linear, mean, softmax } from "#app/look/arithmetic/layers.js";
import { activation, add, concat, dropout, flatten, input } from "#app/look/arithmetic/plain.js";
import { avgpool, conv, maxpool } from "#app/look/arithmetic/windows.js";
import { INPUT } from "#app/net/graph.js";
import { GraphError } from "#app/errors.js";

/** @type {Record<string, (context: Context) => Arithmetic>} */
const EXPLANATIONS = {
  conv,
  linear,
  maxpool,
  avgpool,
  batchnorm,
  relu: activation,
  leaky_relu: activation,
  gelu: activation,
  silu: activation,
  tanh: activation,
  sigmoid: activation,
  add,
  concat,
  flatten,
  dropout,
  mean,
  softmax,
};

/**
 * How one number of the last image came about.
 *
 *     explain(network, "conv1", 123, weights).text   // "0.53 = Σ patch × kernel 0.48 + bias 0.05"
 *
 * @param {Network} network  after `forward`
 * @param {string} stage  any node, or "input"
 * @param {number} index  in what the stage gives, row by row
 * @param {Weights} weights  those that the network was loaded with
 * @returns {Arithmetic}
 */
export function explain(network, stage, index, weights) {
  const { graph } = network;
  graph.checkWeights(weights, `'${stage}'`);
  const output = network.value(stage);
  if (!(Number.isInteger(index) && index >= 0 && index < output.length)) {
    throw new GraphError(`'${stage}' has no number ${index}; it has 0 to ${output.length - 1}`);
  }
  if (stage === INPUT) return input(graph, index, output[index]);
  const node = graph.node(stage);
  return EXPLANATIONS[node.op]({
    node,
    index,
    value: output[index],
    shape: node.shape,
    sources: node.inputs.map((name) => graph.shape(name)),
    inputs: node.inputs.map((name) => network.value(name)),
    role: (role) => weights.get(node.weights[role])?.data,
  });
}
