// How much a score loses when a patch is wiped out, on average over the patches that hold a pixel: Zeiler and
// Fergus 2014, arXiv 1311.2901.

/** @import {Network} from "#app/net/network.js" */
/** @import {Shape} from "#app/net/types.js" */

import { scoreOf } from "#app/look/why/score.js";

const PATCH = 4; // pixels
const PATCHES = 8; // beside each other, where a picture is larger: the network runs some 200 times, never more

/**
 * The side of the patch for a picture; it moves by half of it.
 * @param {Shape} shape  [channels, height, width]
 */
export function patchOf([, height, width]) {
  return Math.min(Math.max(PATCH, 2 * Math.ceil(Math.max(height, width) / PATCHES / 2)), height, width);
}

/**
 * A patch at a time, in all channels at once; gives the share that is done.
 * @param {Network} network  its last image is another one afterwards
 * @param {Float32Array} pixels  [channels, height, width]
 * @param {Float32Array} seed
 * @returns {Generator<number, Float32Array>} [height, width]
 */
export function* occlusion(network, pixels, seed) {
  const { shape } = network.graph.input;
  const [, height, width] = shape;
  const patch = patchOf(shape);
  const [rows, columns] = [starts(height, patch), starts(width, patch)];
  const lost = new Float64Array(height * width);
  const seen = new Uint16Array(height * width);
  const score = scoreOf(network.forward(pixels), seed);
  for (let k = 0; k < rows.length * columns.length; k++) {
    const [top, left] = [rows[Math.floor(k / columns.length)], columns[k % columns.length]];
    const box = { top, left, bottom: Math.min(top + patch, height), right: Math.min(left + patch, width) };
    const wiped = without(pixels, shape, box);
    const loss = wiped === null ? 0 : score - scoreOf(network.forward(wiped), seed);
    for (let row = top; row < box.bottom; row++) {
      for (let at = row * width + left; at < row * width + box.right; at++) {
        lost[at] += loss;
        seen[at]++;
      }
    }
    if (wiped !== null) yield (k + 1) / (rows.length * columns.length);
  }
  return Float32Array.from(lost, (sum, at) => sum / seen[at]);
}

/**
 * Where patches begin; the last may end beyond the picture.
 * @param {number} side
 * @param {number} patch
 */
function starts(side, patch) {
  const stride = Math.max(patch >> 1, 1);
  return Array.from({ length: Math.ceil((side - patch) / stride) + 1 }, (_, i) => i * stride);
}

/**
 * The picture with a patch of it black; null where that is black already.
 * @param {Float32Array} pixels
 * @param {Shape} shape
 * @param {{top: number, left: number, bottom: number, right: number}} box
 */
function without(pixels, [channels, height, width], { top, left, bottom, right }) {
  let wiped = null;
  for (let row = 0; row < channels * height; row++) {
    if (row % height < top || row % height >= bottom) continue;
    for (let at = row * width + left; at < row * width + right; at++) {
      if (pixels[at] === 0) continue;
      wiped ??= pixels.slice();
      wiped[at] = 0;
    }
  }
  return wiped;
}
