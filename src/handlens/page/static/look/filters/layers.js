// The layers whose units can be looked at, and the form of what a unit weighs.

/** @import {Graph} from "#app/net/graph.js" */
/** @import {Shape} from "#app/net/types.js" */
/** @import {RoomFacts} from "#app/source/about.js" */

import { flag, count, having, listOf, text } from "#app/source/checks.js";
import { FileError } from "#app/errors.js";
import { size } from "#app/net/shapes.js";

/**
 * A layer of run.json's `filters`, with the form of its kernels: [channels, height, width] for each unit. A
 * linear layer behind maps weighs maps too; any other reads `channels` single numbers.
 * @typedef {object} Layer
 * @property {string} name
 * @property {number} units
 * @property {string} sums  the node that gives what enters its activation
 * @property {string} answers  the node that gives what comes out of it
 * @property {boolean} rectified  whether a ReLU follows
 * @property {boolean} conv  else linear
 * @property {string} tensor  of its weights
 * @property {string} reads  the node whose maps, or numbers, it weighs
 * @property {number} channels
 * @property {number} height
 * @property {number} width
 */

const FACTS = having({
  items: count,
  layers: listOf(having({ name: text, units: count, sums: text, answers: text, rectified: flag })),
});

/**
 * @param {Graph} graph
 * @param {RoomFacts | null} rooms
 * @returns {{items: number, layers: Layer[]}}  on how many items units were looked at
 */
export function layersOf(graph, rooms) {
  const facts = /** @type {{items: number, layers: Layer[]}} */ (rooms?.filters);
  FACTS(facts, "run.json.rooms.filters");
  return { items: facts.items, layers: facts.layers.map((layer) => ({ ...layer, ...formOf(graph, layer) })) };
}

/**
 * @param {Graph} graph
 * @param {{name: string}} layer
 */
function formOf(graph, { name }) {
  const { op, weights, inputs } = graph.node(name);
  const tensor = weights.weight;
  const shape = graph.tensors.get(tensor);
  if (shape === undefined) throw new FileError(`run.json.rooms.filters: '${name}' weighs nothing`);
  if (op === "conv") {
    const [, channels, height, width] = shape;
    return { conv: true, tensor, reads: inputs[0], channels, height, width };
  }
  const reads = mapsBehind(graph, inputs[0]);
  const maps = graph.shape(reads);
  const [channels, height, width] = maps.length === 3 && size(maps) === shape[1] ? maps : [shape[1], 1, 1];
  return { conv: false, tensor, reads, channels, height, width };
}

/**
 * The node whose numbers are merely laid out flat in another: behind "flatten" that is "pool2".
 * @param {Graph} graph
 * @param {string} name
 * @returns {string}
 */
function mapsBehind(graph, name) {
  const node = graph.nodes.find((other) => other.name === name);
  return node !== undefined && ["flatten", "dropout"].includes(node.op)
    ? mapsBehind(graph, node.inputs[0])
    : name;
}

/**
 * The number at a place of a unit's map, in what the layer gives, row by row.
 * @param {Shape} shape  of what it gives
 * @param {Layer} layer
 * @param {number} unit
 * @param {number} place
 */
export function indexOf(shape, layer, unit, place) {
  return layer.conv ? unit * shape[1] * shape[2] + place : place * shape[shape.length - 1] + unit;
}

/**
 * The unit that a number of the layer belongs to.
 * @param {Shape} shape  of what it gives
 * @param {Layer} layer
 * @param {number} index
 */
export function unitAt(shape, layer, index) {
  return layer.conv ? Math.floor(index / (shape[1] * shape[2])) : index % shape[shape.length - 1];
}

/**
 * The place in the middle of a unit's map; of an even side the later one.
 * @param {Shape} shape  of what the layer gives
 * @param {Layer} layer
 */
export function middle(shape, layer) {
  const sides = layer.conv ? shape.slice(1) : shape.slice(0, -1);
  return sides.reduce((place, side) => place * side + Math.floor(side / 2), 0);
}
