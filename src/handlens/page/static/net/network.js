// A graph at work: one image at a time, every stage kept, and the gradient of the loss at every stage.

/** @import {Graph} from "#app/net/graph.js" */
/** @import {Computation, Node, Roles, Weights} from "#app/net/types.js" */

import { GraphError } from "#app/errors.js";
import { INPUT } from "#app/net/graph.js";
import { crossEntropy } from "#app/net/loss.js";
import { operation } from "#app/net/ops/table.js";
import { LARGEST_TENSOR, size, text } from "#app/net/shapes.js";

/**
 * One node with all that it works on.
 * @typedef {object} Part
 * @property {Node} node
 * @property {Computation} computation
 * @property {Float32Array[]} inputs
 * @property {Float32Array} output
 * @property {Roles} weights
 */

/**
 * Runs a graph. All room is taken when it is made (for gradients, at the first `backward` or `pull`): neither a
 * stroke nor a change of weights allocates arrays. What `forward`, `value` and `gradient` give are the
 * network's own arrays, overwritten by the next call: copy what must last.
 *
 *     const network = new Network(graph);
 *     network.load(weights, "step 300");
 *     const logits = network.forward(pixels);
 *     network.value("conv1");                  // Float32Array, [16, 28, 28] row by row
 *     const loss = network.backward(7);        // of the last image, were it a 7
 *     network.gradient("conv1");               // d loss / d conv1, as many numbers
 */
export class Network {
  /** @type {Map<string, Float32Array>} */
  #values = new Map();
  /** @type {Map<string, Float32Array>} */
  #gradients = new Map();
  /** @type {Part[]} */
  #parts = [];
  /** For each part: the gradient of what it gave, and those of what it read. @type {Float32Array[]} */
  #sent = [];
  /** @type {Float32Array[][]} */
  #targets = [];
  #loaded = false;
  #ran = false;

  /** @param {Graph} graph */
  constructor(graph) {
    checkRoom(graph);
    this.graph = graph;
    for (const [name, shape] of graph.shapes) this.#values.set(name, new Float32Array(size(shape)));
    this.#parts = graph.nodes.map((node) => this.#part(node));
  }

  /**
   * Take weights; they are read, not copied, at every `forward`.
   * @param {Weights} weights
   * @param {string} [where]  what they came from, for the message
   */
  load(weights, where = "weights") {
    this.graph.checkWeights(weights, where);
    for (const { node, weights: roles } of this.#parts) {
      for (const role in node.weights) {
        roles[role] = /** @type {{data: Float32Array}} */ (weights.get(node.weights[role])).data;
      }
    }
    this.#loaded = true;
    this.#ran = false;
  }

  /**
   * The logits of an image.
   * @param {Float32Array} image  [channels, height, width] row by row, before (x - mean) / std
   * @returns {Float32Array}
   */
  forward(image) {
    if (!this.#loaded) throw new GraphError("the network has no weights yet; call load(weights) first");
    this.#enter(image);
    for (const { computation, inputs, output, weights } of this.#parts) {
      computation.forward(inputs, output, weights);
    }
    this.#ran = true;
    return this.value(this.graph.output);
  }

  /**
   * The loss of the last image, were `label` its class; its gradient at every stage is then in `gradient`.
   * @param {number} label
   * @returns {number} cross-entropy in nats
   */
  backward(label) {
    this.#clear();
    const loss = crossEntropy(this.value(this.graph.output), label, this.gradient(this.graph.output));
    this.#back();
    return loss;
  }

  /**
   * Take a gradient of the last image's logits back: what `gradient` then gives, at every stage, is that of
   * the sum of the logits, each times its number in `seed`.
   * @param {Float32Array} seed  a number a class
   */
  pull(seed) {
    this.#clear();
    const gradient = this.gradient(this.graph.output);
    if (seed.length !== gradient.length) {
      throw new GraphError(`the seed has ${seed.length} numbers; the network has ${gradient.length} classes`);
    }
    gradient.set(seed);
    this.#back();
  }

  /**
   * What a node gave for the last image; for "input", the normalised image.
   * @param {string} name
   * @returns {Float32Array}
   */
  value(name) {
    this.graph.shape(name);
    return /** @type {Float32Array} */ (this.#values.get(name));
  }

  /**
   * The gradient that was last taken back, of a loss or of logits, with respect to what a node gave.
   * @param {string} name
   * @returns {Float32Array}
   */
  gradient(name) {
    this.graph.shape(name);
    const gradient = this.#gradients.get(name);
    if (gradient === undefined)
      throw new GraphError("there are no gradients yet; call backward(label) first");
    return gradient;
  }

  #clear() {
    if (!this.#ran) throw new GraphError("there is nothing to go back through; call forward(image) first");
    if (this.#gradients.size === 0) this.#prepareGradients();
    for (const gradient of this.#gradients.values()) gradient.fill(0);
  }

  /** From the gradient of the logits to all others. */
  #back() {
    for (let i = this.#parts.length - 1; i >= 0; i--) {
      const { computation, inputs, output, weights } = this.#parts[i];
      computation.backward(this.#sent[i], this.#targets[i], inputs, output, weights);
    }
  }

  #prepareGradients() {
    for (const [name, value] of this.#values) this.#gradients.set(name, new Float32Array(value.length));
    this.#sent = this.#parts.map(({ node }) => this.gradient(node.name));
    this.#targets = this.#parts.map(({ node }) => node.inputs.map((name) => this.gradient(name)));
  }

  /**
   * @param {Node} node
   * @returns {Part}
   */
  #part(node) {
    const shapes = node.inputs.map((name) => this.graph.shape(name));
    return {
      node,
      computation: operation(node.op).prepare(shapes, node.shape, node.attrs),
      inputs: node.inputs.map((name) => this.value(name)),
      output: this.value(node.name),
      weights: {},
    };
  }

  /** @param {Float32Array} image */
  #enter(image) {
    const { shape, mean, std } = this.graph.input;
    const entry = this.value(INPUT);
    if (image.length !== entry.length) {
      throw new GraphError(
        `the image has ${image.length} numbers; the network takes ${text(shape)}, ${entry.length}`,
      );
    }
    const area = shape[1] * shape[2];
    for (let channel = 0, at = 0; channel < shape[0]; channel++) {
      for (let i = 0; i < area; i++, at++) entry[at] = (image[at] - mean[channel]) / std[channel];
    }
  }
}

/**
 * Refuse a network beyond what a page can hold.
 * @param {Graph} graph
 */
function checkRoom(graph) {
  let total = 0;
  for (const shape of graph.shapes.values()) total += size(shape);
  for (const { op, inputs, attrs } of graph.nodes) {
    total += operation(op).room?.(graph.shape(inputs[0]), attrs) ?? 0;
  }
  if (total > LARGEST_TENSOR) {
    throw new GraphError(
      `one image takes this network ${total} numbers, more than the ${LARGEST_TENSOR} that the page can keep`,
    );
  }
}
