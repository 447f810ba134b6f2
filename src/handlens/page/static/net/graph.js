// A network as data, checked as strictly as handlens.graph does: docs/recording.md, "The graph".

/** @import {Node, Shape, Weights} from "#app/net/types.js" */

import { GraphError } from "#app/errors.js";
import { fields, listOf, nameOf, objectOf, shapeOf } from "#app/net/fields.js";
import { infer, operation } from "#app/net/ops/table.js";
import { checkSize, same, size, text } from "#app/net/shapes.js";

/** The name of what enters, after (x - mean) / std; the first stage of every graph. */
export const INPUT = "input";

/**
 * A network: what enters, the nodes in computable order, which node is the logits, and the classes.
 *
 *     const graph = new Graph(header.graph);
 *     graph.stages;           // ["input", "conv1", "relu1", …]
 *     graph.shape("conv1");   // [16, 28, 28]
 *     graph.tensors;          // Map { "conv1.weight" → [16, 1, 5, 5], … }
 */
export class Graph {
  /** @param {unknown} description  the JSON object of a recording's header */
  constructor(description) {
    const { input, classes, output, nodes } = fields(description, "graph", [
      "input",
      "classes",
      "output",
      "nodes",
    ]);
    this.input = readInput(input);
    this.classes = readClasses(classes);
    /** @type {string} */
    this.output = output;
    /** @type {Map<string, Shape>} */
    this.shapes = new Map([[INPUT, this.input.shape]]);
    /** @type {Map<string, Shape>} */
    this.tensors = new Map();
    this.nodes = listOf(nodes, "graph, nodes", 5_000).map((node, i) => this.#take(node, i));
    this.#checkWhole();
  }

  /** The names of the points where one can look, first "input". */
  get stages() {
    return [INPUT, ...this.nodes.filter((node) => node.stage).map((node) => node.name)];
  }

  /**
   * The shape of a node's output, or of "input".
   * @param {string} name
   */
  shape(name) {
    const shape = this.shapes.get(name);
    if (shape === undefined) {
      throw new GraphError(`no node '${name}'; the graph has ${[...this.shapes.keys()].join(", ")}`);
    }
    return shape;
  }

  /**
   * The node of that name; "input" is none.
   * @param {string} name
   */
  node(name) {
    const node = this.nodes.find((node) => node.name === name);
    if (node === undefined) {
      throw new GraphError(`no node '${name}'; the graph has ${this.nodes.map((n) => n.name).join(", ")}`);
    }
    return node;
  }

  /**
   * The nodes that read a node's output.
   * @param {string} name
   */
  consumers(name) {
    return this.nodes.filter((node) => node.inputs.includes(name));
  }

  /**
   * Refuse weights that aren't this graph's.
   * @param {Weights} weights
   * @param {string} where  what they came from, for the message
   */
  checkWeights(weights, where) {
    for (const [name, shape] of this.tensors) {
      const found = weights.get(name);
      if (found === undefined) {
        const names = [...weights.keys()].sort().join(", ");
        throw new GraphError(
          `${where}: tensor '${name}' ${text(shape)} is missing; found ${names || "none"}`,
        );
      }
      if (!same(found.shape, shape) || found.data.length !== size(shape)) {
        throw new GraphError(
          `${where}: tensor '${name}' is ${text(found.shape)}, ${found.data.length} numbers; ` +
            `expected ${text(shape)}`,
        );
      }
    }
    const extra = [...weights.keys()].filter((name) => !this.tensors.has(name)).sort();
    if (extra.length > 0) {
      throw new GraphError(`${where}: tensors that the network doesn't have: ${extra.join(", ")}`);
    }
  }

  /**
   * @param {unknown} description
   * @param {number} position
   * @returns {Node}
   */
  #take(description, position) {
    const node = readNode(description, `graph, nodes.${position}`);
    try {
      this.#checkNode(node);
    } catch (error) {
      if (error instanceof GraphError) throw new GraphError(`node '${node.name}': ${error.message}`);
      throw error;
    }
    this.shapes.set(node.name, node.shape);
    return node;
  }

  /** @param {Node} node */
  #checkNode(node) {
    if (this.shapes.has(node.name)) throw new GraphError("the name is taken");
    const unknown = node.inputs.find((name) => !this.shapes.has(name));
    if (unknown !== undefined) throw new GraphError(`reads '${unknown}', which no earlier node gives`);
    const sources = node.inputs.map((name) => this.shape(name));
    const shape = infer(node.op, sources, node.attrs);
    if (!same(shape, node.shape)) {
      throw new GraphError(`${node.op} gives ${text(shape)}, but ${text(node.shape)} is written`);
    }
    this.#checkRoles(node, operation(node.op).weights?.(sources[0], node.attrs) ?? {});
  }

  /**
   * @param {Node} node
   * @param {Record<string, Shape>} needed
   */
  #checkRoles(node, needed) {
    const optional = operation(node.op).optional ?? [];
    const given = Object.keys(node.weights);
    const lacking = Object.keys(needed).filter((role) => !optional.includes(role) && !given.includes(role));
    if (lacking.length > 0 || given.some((role) => !Object.hasOwn(needed, role))) {
      throw new GraphError(`${node.op} has the weights [${Object.keys(needed)}], not [${given}]`);
    }
    for (const [role, name] of Object.entries(node.weights)) {
      const known = this.tensors.get(name) ?? needed[role];
      checkSize(`tensor '${name}'`, needed[role]);
      if (!same(known, needed[role])) {
        throw new GraphError(`tensor '${name}' is used as ${text(known)} and as ${text(needed[role])}`);
      }
      this.tensors.set(name, known);
    }
  }

  #checkWhole() {
    const both = [...this.shapes.keys()].find((name) => this.tensors.has(name));
    if (both !== undefined) throw new GraphError(`graph: '${both}' is the name of a node and of a tensor`);
    const found = this.shapes.get(this.output);
    if (found === undefined || !same(found, [this.classes.length])) {
      throw new GraphError(
        `graph: output '${this.output}' must be a node of shape [${this.classes.length}], ` +
          `a number a class; it is ${found === undefined ? "no node" : text(found)}`,
      );
    }
  }
}

/** @param {unknown} description */
function readInput(description) {
  const where = "graph, input";
  const { shape, mean, std } = fields(description, where, ["shape", "mean", "std"]);
  if (shapeOf(shape, `${where}.shape`).length !== 3) {
    throw new GraphError(`${where}.shape must be [channels, height, width], not ${text(shape)}`);
  }
  for (const [key, numbers] of Object.entries({ mean, std })) {
    if (!Array.isArray(numbers) || numbers.length !== shape[0] || !numbers.every(Number.isFinite)) {
      throw new GraphError(`${where}.${key} must be one number for each of ${shape[0]} channels`);
    }
  }
  if (!std.every((/** @type {number} */ value) => value > 0)) {
    throw new GraphError(`${where}.std must be above 0, not ${text(std)}`);
  }
  return {
    shape: /** @type {Shape} */ (shape),
    mean: /** @type {number[]} */ (mean),
    std: /** @type {number[]} */ (std),
  };
}

/**
 * @param {unknown} value
 * @returns {string[]}
 */
function readClasses(value) {
  const classes = listOf(value, "graph, classes", 100_000);
  if (!classes.every((label) => typeof label === "string")) {
    throw new GraphError("graph, classes must be names, one for each logit");
  }
  return classes;
}

const NODE_FIELDS = ["name", "op", "inputs", "shape", "attrs", "weights", "stage"];

/**
 * @param {unknown} description
 * @param {string} where
 * @returns {Node}
 */
function readNode(description, where) {
  const node = fields(description, where, NODE_FIELDS);
  nameOf(node.name, `${where}.name`);
  if (!Array.isArray(node.inputs)) throw new GraphError(`${where}.inputs must be a list of names`);
  node.inputs.forEach((input) => nameOf(input, `${where}.inputs`));
  shapeOf(node.shape, `${where}.shape`);
  objectOf(node.attrs, `${where}.attrs`);
  Object.values(objectOf(node.weights, `${where}.weights`)).forEach((tensor) =>
    nameOf(tensor, `${where}.weights`),
  );
  if (typeof node.stage !== "boolean") throw new GraphError(`${where}.stage must be true or false`);
  return /** @type {Node} */ (node);
}
