// Where the last maps that speak for a score are strong: Selvaraju et al. 2017, arXiv 1610.02391.

/** @import {Graph} from "#app/net/graph.js" */
/** @import {Network} from "#app/net/network.js" */
/** @import {Node} from "#app/net/types.js" */

import { INPUT } from "#app/net/graph.js";

/** What leaves a map's places where they are. */
const IN_PLACE = new Set([
  ...["batchnorm", "relu", "leaky_relu", "gelu", "silu", "tanh", "sigmoid", "dropout", "add", "concat"],
]);

/**
 * The stage to look at: the last convolution with more than one place, through what follows it in place.
 * @param {Graph} graph
 * @returns {string | null} null where there is no convolution
 */
export function lastMaps(graph) {
  const last = graph.nodes.filter(({ op, shape }) => op === "conv" && shape[1] * shape[2] > 1).at(-1);
  if (last === undefined) return null;
  let found = last.name;
  for (const { name, stage } of inPlace(graph, last)) if (stage) found = name;
  return found;
}

/**
 * @param {Graph} graph
 * @param {Node} node
 */
function* inPlace(graph, node) {
  let readers = graph.consumers(node.name);
  while (readers.length === 1 && IN_PLACE.has(readers[0].op) && sameSides(readers[0], node)) {
    yield readers[0];
    readers = graph.consumers(readers[0].name);
  }
}

/**
 * @param {Node} one
 * @param {Node} other
 */
function sameSides({ shape: [, ...one] }, { shape: [, ...other] }) {
  return one.length === 2 && one.every((side, axis) => side === other[axis]);
}

/**
 * The maps of a stage, each times the mean of its gradient, added up; what is below zero speaks for something
 * else, and is left out.
 * @param {Network} network  after `forward` and `pull`
 * @param {string} stage  of maps
 * @returns {Float32Array} [height, width] of the stage
 */
export function gradcam(network, stage) {
  const [channels, height, width] = network.graph.shape(stage);
  const [values, gradients] = [network.value(stage), network.gradient(stage)];
  const area = height * width;
  const sum = new Float64Array(area);
  for (let channel = 0; channel < channels; channel++) {
    const from = channel * area;
    const weight = gradients.subarray(from, from + area).reduce((total, x) => total + x, 0) / area;
    for (let at = 0; at < area; at++) sum[at] += weight * values[from + at];
  }
  return Float32Array.from(sum, (x) => (x < 0 ? 0 : x)); // what is no number stays visible
}

/**
 * Where the numbers of a map stand in the picture: the middle of what the first is computed from, and how far
 * the next one's is from it, in pixels down and across.
 * @typedef {{start: number[], pace: number[]}} Lattice
 */

/**
 * @param {Graph} graph
 * @param {string} stage  of maps
 * @returns {Lattice}
 */
export function lattice(graph, stage) {
  if (stage === INPUT) return { start: [0, 0], pace: [1, 1] };
  const { attrs, inputs } = graph.node(stage);
  const { start, pace } = lattice(graph, inputs[0]);
  const { kernel, stride, padding, dilation = [1, 1] } = attrs;
  if (kernel === undefined) return { start, pace };
  const middle = [0, 1].map((side) => ((kernel[side] - 1) * dilation[side]) / 2 - padding[side]);
  return {
    start: start.map((at, side) => at + middle[side] * pace[side]),
    pace: pace.map((step, side) => step * stride[side]),
  };
}

/**
 * A map spread over the picture: straight between the places of its numbers, level beyond them.
 * @param {Float32Array} map
 * @param {readonly number[]} sides  height and width of the map
 * @param {readonly number[]} picture  height and width
 * @param {Lattice} lattice
 * @returns {Float32Array}
 */
export function spread(map, sides, picture, { start, pace }) {
  const [rows, columns] = [0, 1].map((side) =>
    Array.from({ length: picture[side] }, (_, pixel) => {
      const at = Math.min(Math.max((pixel - start[side]) / pace[side], 0), sides[side] - 1);
      return { from: Math.floor(at), to: Math.ceil(at), share: at % 1 };
    }),
  );
  const mix = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ share) =>
    from + (to - from) * share;
  const out = new Float32Array(picture[0] * picture[1]);
  rows.forEach((row, i) =>
    columns.forEach((column, k) => {
      const [above, below] = [row.from, row.to].map((y) =>
        mix(map[y * sides[1] + column.from], map[y * sides[1] + column.to], column.share),
      );
      out[i * columns.length + k] = mix(above, below, row.share);
    }),
  );
  return out;
}
