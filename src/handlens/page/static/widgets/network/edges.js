// How strongly a unit hangs on each map that its stage reads.

/** @import {Graph} from "#app/net/graph.js" */
/** @import {Network} from "#app/net/network.js" */
/** @import {Node, Tensor, Weights} from "#app/net/types.js" */
/** @import {Form} from "#app/widgets/network/form.js" */

import { size } from "#app/net/shapes.js";
import { sources } from "#app/widgets/network/teach.js";
import { placeOf } from "#app/widgets/network/form.js";

/**
 * One curve: from a map of a source to the unit's map. `strength` 0…1 of the strongest; `sign` of what came
 * through it, 0 where that isn't said.
 * @typedef {{source: string, map: number, strength: number, sign: number}} Edge
 */

/**
 * The maps of one stage that a unit reads: from, to (exclusive).
 * @typedef {{from: number, to: number}} Reach
 */

const MOST = 32;

/**
 * The edges into a unit, strongest first, at most 32.
 * @param {Network} network
 * @param {Weights | undefined} weights  without them all edges are alike
 * @param {{stage: string, index: number}} unit
 * @param {(stage: string) => Form} form
 * @param {(stage: string) => Reach | undefined} reach
 * @returns {Edge[]}
 */
export function edges(network, weights, unit, form, reach) {
  const { graph } = network;
  const direct = sources(graph, unit.stage);
  const node = direct.length > 0 ? graph.node(unit.stage) : undefined;
  const weight = node && weights?.get(node.weights.weight);
  const weighted = node && weight && node.inputs[0] === direct[0];
  const found =
    weighted && node.op === "conv"
      ? ofConv(network, node, weight, unit.index)
      : weighted && node.op === "linear" && node.shape.length === 1
        ? ofLinear(network, node, weight, unit.index, form(direct[0]))
        : direct.flatMap((source) => alike(network, source, unit, form(source), reach(source)));
  return strongest(found);
}

/**
 * A kernel's slices: how large each is, and the sign of what it adds here.
 * @param {Network} network
 * @param {Node} node
 * @param {Tensor} weight
 * @param {number} index
 * @returns {Edge[]}
 */
function ofConv(network, node, weight, index) {
  const [channels, , width] = node.shape;
  const area = size(node.shape) / channels;
  const channel = Math.floor(index / area);
  const place = index - channel * area;
  const [, depth, rows, columns] = weight.shape;
  const first = Math.floor(channel / (channels / node.attrs.groups)) * depth;
  const [source] = node.inputs;
  const at = { y: Math.floor(place / width), x: place % width };
  return Array.from({ length: depth }, (_, k) => {
    const from = (channel * depth + k) * rows * columns;
    const slice = weight.data.subarray(from, from + rows * columns);
    const sign = Math.sign(meets(network, node, slice, first + k, at));
    return { source, map: first + k, strength: norm(slice), sign };
  });
}

/**
 * The sum of a kernel's slice times the patch that it meets.
 * @param {Network} network
 * @param {Node} node
 * @param {Float32Array} slice
 * @param {number} map
 * @param {{y: number, x: number}} at
 */
function meets(network, node, slice, map, { y, x }) {
  const [, height, width] = network.graph.shape(node.inputs[0]);
  const input = network.value(node.inputs[0]);
  const { kernel, stride, padding, dilation } = node.attrs;
  let sum = 0;
  for (let i = 0; i < kernel[0]; i++) {
    const row = y * stride[0] - padding[0] + i * dilation[0];
    if (row < 0 || row >= height) continue;
    for (let j = 0; j < kernel[1]; j++) {
      const column = x * stride[1] - padding[1] + j * dilation[1];
      if (column < 0 || column >= width) continue;
      sum += slice[i * kernel[1] + j] * input[(map * height + row) * width + column];
    }
  }
  return sum;
}

/**
 * A unit's weights, gathered by the tiles that its source is drawn as.
 * @param {Network} network
 * @param {Node} node
 * @param {Tensor} weight
 * @param {number} index
 * @param {Form} form
 * @returns {Edge[]}
 */
function ofLinear(network, node, weight, index, { maps, height, width }) {
  const [source] = node.inputs;
  const input = network.value(source);
  const area = height * width;
  return Array.from({ length: maps }, (_, map) => {
    const from = index * input.length + map * area;
    const part = weight.data.subarray(from, from + area);
    let sum = 0;
    for (let i = 0; i < area; i++) sum += part[i] * input[map * area + i];
    return { source, map, strength: norm(part), sign: Math.sign(sum) };
  });
}

/**
 * Maps read without weights, all alike: the one that holds the same number, else all within reach. Of a sum,
 * the sign of each part.
 * @param {Network} network
 * @param {string} source
 * @param {{stage: string, index: number}} unit
 * @param {Form} form  of the source
 * @param {Reach | undefined} reach
 * @returns {Edge[]}
 */
function alike(network, source, unit, form, reach) {
  const { graph } = network;
  const node = graph.node(unit.stage);
  const index = node.inputs.includes(source) ? counterpart(graph, node, source, unit.index) : undefined;
  if (index === null) return [];
  if (index !== undefined) {
    const sign = node.op === "add" ? Math.sign(network.value(source)[index]) : 0;
    return [{ source, map: placeOf(form, index).map, strength: 1, sign }];
  }
  const { from, to } = reach ?? { from: 0, to: 0 };
  return Array.from({ length: Math.min(to - from, MOST) }, (_, k) => {
    return { source, map: from + k, strength: 1, sign: 0 };
  });
}

/**
 * The number of a source that one of a node's comes from, or for pools one of its map.
 * @param {Graph} graph
 * @param {Node} node
 * @param {string} source
 * @param {number} index
 * @returns {number | null | undefined} null: none; undefined: more than one map
 */
export function counterpart(graph, node, source, index) {
  const shape = graph.shape(source);
  switch (node.op) {
    case "maxpool":
    case "avgpool":
      return Math.floor((index * shape[0]) / size(node.shape)) * (size(shape) / shape[0]);
    case "concat": {
      if (node.attrs.axis !== 0) return undefined;
      const before = node.inputs.slice(0, node.inputs.indexOf(source));
      const own = index - before.reduce((sum, name) => sum + size(graph.shape(name)), 0);
      return own >= 0 && own < size(shape) ? own : null;
    }
    case "conv":
    case "linear":
    case "mean":
    case "softmax":
      return undefined;
    default:
      return index;
  }
}

/** @param {Float32Array} numbers */
function norm(numbers) {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i] * numbers[i];
  return Math.sqrt(sum);
}

/** @param {Edge[]} found */
function strongest(found) {
  const sorted = found.filter(({ strength }) => strength > 0).sort((a, b) => b.strength - a.strength);
  const most = sorted.length > 0 ? sorted[0].strength : 1;
  return sorted.slice(0, MOST).map((edge) => ({ ...edge, strength: edge.strength / most }));
}
