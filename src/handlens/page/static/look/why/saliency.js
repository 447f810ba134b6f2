// How strongly a score would change with each pixel: Simonyan, Vedaldi and Zisserman 2014, arXiv 1312.6034.

/** @import {Network} from "#app/net/network.js" */

import { INPUT } from "#app/net/graph.js";

/**
 * The slope of a score at each pixel as it was given, before (x - mean) / std.
 * @param {Network} network  after `forward` and `pull`
 * @returns {Float32Array} [channels, height, width], new
 */
export function slopes(network) {
  const { shape, std } = network.graph.input;
  const area = shape[1] * shape[2];
  return network.gradient(INPUT).map((gradient, i) => gradient / std[Math.floor(i / area)]);
}

/**
 * The size of that slope.
 * @param {Network} network  after `forward` and `pull`
 * @returns {Float32Array} [channels, height, width]
 */
export function saliency(network) {
  return slopes(network).map(Math.abs);
}
