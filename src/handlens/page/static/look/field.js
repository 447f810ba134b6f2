// What a number was computed from: its receptive field, in every stage before it.

/** @import {Graph} from "#app/net/graph.js" */
/** @import {Attrs, Node, Shape} from "#app/net/types.js" */

import { unravel } from "#app/look/place.js";
import { GraphError } from "#app/errors.js";
import { size } from "#app/net/shapes.js";

/** @typedef {[number, number]} Span  from, and to without it */

/**
 * A part of [channels, height, width].
 * @typedef {{channels: Span, top: number, left: number, bottom: number, right: number}} MapBox
 */

/** @typedef {{from: number, to: number}} LineBox  a part of any other shape, counted row by row */

/** @typedef {MapBox | LineBox} Box */

/**
 * The receptive field of one number: what it reads of each node before it, and of "input"; where several
 * ways lead there, one box around them all. A node that it doesn't read has none; its own is the number.
 *
 *     receptive(graph, "conv2", 0).get("input")
 *     // { channels: [0, 1], top: 0, left: 0, bottom: 8, right: 8 }
 *
 * @param {Graph} graph
 * @param {string} stage
 * @param {number} index  in what the stage gives, row by row
 * @returns {Map<string, Box>}
 */
export function receptive(graph, stage, index) {
  const shape = graph.shape(stage);
  if (!(Number.isInteger(index) && index >= 0 && index < size(shape))) {
    throw new GraphError(`'${stage}' has no number ${index}; it has 0 to ${size(shape) - 1}`);
  }
  /** @type {Map<string, Span[]>} */
  const found = new Map([[stage, unravel(shape, index).map((at) => /** @type {Span} */ ([at, at + 1]))]]);
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const spans = found.get(graph.nodes[i].name);
    if (spans !== undefined) spread(graph, graph.nodes[i], spans, found);
  }
  return new Map([...found].map(([name, spans]) => [name, boxOf(graph.shape(name), spans)]));
}

/**
 * Add what a part of a node's output reads of each of its inputs.
 * @param {Graph} graph
 * @param {Node} node
 * @param {Span[]} spans
 * @param {Map<string, Span[]>} found
 */
function spread(graph, node, spans, found) {
  const sources = node.inputs.map((name) => graph.shape(name));
  node.inputs.forEach((name, k) => {
    const read = READS[node.op](spans, node, sources, k);
    if (read.some(([from, to]) => from >= to)) return;
    const known = found.get(name);
    found.set(name, known === undefined ? read : read.map((span, axis) => around(span, known[axis])));
  });
}

/**
 * @param {Span} one
 * @param {Span} other
 * @returns {Span}
 */
function around(one, other) {
  return [Math.min(one[0], other[0]), Math.max(one[1], other[1])];
}

/**
 * For each operation: the part of its input k, one of `sources`, that a part of its output reads.
 * @type {Record<string, (spans: Span[], node: Node, sources: Shape[], k: number) => Span[]>}
 */
const READS = {
  conv([channels, ...sides], { attrs, shape }, [source]) {
    const share = shape[0] / attrs.groups;
    const depth = source[0] / attrs.groups;
    const first = Math.floor(channels[0] / share);
    const last = Math.floor((channels[1] - 1) / share);
    return [[first * depth, (last + 1) * depth], ...sides.map((span, i) => window(span, attrs, source, i))];
  },
  linear: (spans, _node, [source]) => [...spans.slice(0, -1), [0, source[source.length - 1]]],
  maxpool: pooled,
  avgpool: pooled,
  concat: (spans, { attrs: { axis } }, sources, k) => {
    const start = sources.slice(0, k).reduce((sum, source) => sum + source[axis], 0);
    return spans.map((span, i) => (i === axis ? part(span, start, sources[k][axis]) : span));
  },
  flatten: ([[from, to]], _node, [source]) => covering(source, from, to - 1),
  mean(spans, { attrs: { axes, keep } }, [source]) {
    const left = [...spans];
    return source.map((side, axis) => {
      const gone = axes.includes(axis);
      const span = gone && !keep ? undefined : left.shift();
      return gone || span === undefined ? [0, side] : span;
    });
  },
  softmax: (spans, { attrs: { axis } }, [source]) =>
    spans.map((span, i) => (i === axis ? [0, source[i]] : span)),
  batchnorm: unchanged,
  relu: unchanged,
  leaky_relu: unchanged,
  gelu: unchanged,
  silu: unchanged,
  tanh: unchanged,
  sigmoid: unchanged,
  dropout: unchanged,
  add: unchanged,
};

/** @param {Span[]} spans */
function unchanged(spans) {
  return spans;
}

/** @type {(spans: Span[], node: Node, sources: Shape[]) => Span[]} */
function pooled([channels, ...sides], { attrs }, [source]) {
  return [channels, ...sides.map((span, i) => window(span, { ...attrs, dilation: [1, 1] }, source, i))];
}

/**
 * What windows read along one side of a map; taps in the margins read nothing.
 * @param {Span} span  of the output
 * @param {Attrs} attrs
 * @param {Shape} source
 * @param {number} side  0: height, 1: width
 * @returns {Span}
 */
function window([from, to], { kernel, stride, padding, dilation }, source, side) {
  const length = source[side + 1];
  let [first, last] = [length, -1];
  for (let at = from; at < to; at++) {
    for (let tap = 0; tap < kernel[side]; tap++) {
      const place = at * stride[side] - padding[side] + tap * dilation[side];
      if (place < 0 || place >= length) continue;
      first = Math.min(first, place);
      last = Math.max(last, place);
    }
  }
  return [first, last + 1];
}

/**
 * The part of a span that falls into `length` places from `start` on, counted from there.
 * @param {Span} span
 * @param {number} start
 * @param {number} length
 * @returns {Span}
 */
function part([from, to], start, length) {
  return [Math.max(from - start, 0), Math.min(to - start, length)];
}

/**
 * The box around all numbers from one to another, counted row by row.
 * @param {Shape} shape
 * @param {number} first
 * @param {number} last
 * @returns {Span[]}
 */
function covering(shape, first, last) {
  const [low, high] = [unravel(shape, first), unravel(shape, last)];
  const parting = low.findIndex((at, axis) => at !== high[axis]);
  return shape.map((side, axis) =>
    parting >= 0 && axis > parting ? [0, side] : [low[axis], high[axis] + 1],
  );
}

/**
 * @param {Shape} shape
 * @param {Span[]} spans
 * @returns {Box}
 */
function boxOf(shape, spans) {
  if (shape.length === 3) {
    const [channels, [top, bottom], [left, right]] = spans;
    return { channels, top, left, bottom, right };
  }
  const [from, to] = [0, 1].map((end) => {
    return shape.reduce((index, side, axis) => index * side + spans[axis][end] - end, 0);
  });
  return { from, to: to + 1 };
}
