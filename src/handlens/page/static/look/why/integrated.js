// Each pixel's part of the way from a black picture to this one: Sundararajan, Taly and Yan 2017,
// arXiv 1703.01365.

/** @import {Network} from "#app/net/network.js" */

import { slopes } from "#app/look/why/saliency.js";
import { scoreOf } from "#app/look/why/score.js";
import { gaussLegendre } from "#app/look/why/legendre.js";

/** Pictures between black and this one. */
export const BETWEEN = 32;

/**
 * @typedef {object} Integrated
 * @property {Float32Array} parts  [channels, height, width]
 * @property {number} sum  of the parts
 * @property {number} score  of the image
 * @property {number} black  the score of a black one: the sum should be what the other has more
 */

/**
 * A picture at a time; gives the share that is done.
 * @param {Network} network  its last image is another one afterwards
 * @param {Float32Array} pixels  [channels, height, width]
 * @param {Float32Array} seed
 * @param {number} [between]
 * @returns {Generator<number, Integrated>}
 */
export function* integrated(network, pixels, seed, between = BETWEEN) {
  const { places, shares } = gaussLegendre(between);
  const slope = new Float64Array(pixels.length);
  for (let i = 0; i < between; i++) {
    network.forward(pixels.map((pixel) => pixel * places[i]));
    network.pull(seed);
    const here = slopes(network);
    for (let k = 0; k < slope.length; k++) slope[k] += shares[i] * here[k];
    yield (i + 1) / between;
  }
  const score = scoreOf(network.forward(pixels), seed);
  const black = scoreOf(network.forward(pixels.map(() => 0)), seed);
  const parts = Float32Array.from(pixels, (pixel, k) => pixel * slope[k]);
  return { parts, sum: parts.reduce((sum, part) => sum + part, 0), score, black };
}
