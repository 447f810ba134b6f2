// One digit's ink to the 28x28 frame, as MNIST was made: handlens.reading.frame, number for number. Why the
// rules are what they are stands there; tests/golden/frame holds both to the same numbers.

/** @import {Box} from "#app/reading/area.js" */
/** @import {Ink} from "#app/reading/picture.js" */

import { InkError } from "#app/errors.js";
import { areaAverage } from "#app/reading/area.js";
import { checkRange, checkShape, range } from "#app/reading/picture.js";

/** Height and width of a frame in pixels. */
export const SIZE = 28;

/** The longer side of the ink's box within a frame, in pixels. */
export const FIT = 20;

/** Row and column of the pixel that takes the centre of mass. */
export const CENTRE = 14;

/** A pixel counts for the ink's box above this share of the brightest one. */
export const INK_THRESHOLD = 1 / 8;

// Symmetric ink has its centre of mass halfway between two pixels; the last bits of a sum must not decide.
const TIE = 1e-6;

/**
 * A digit as the network sees it, and how it came about: the square of 20 / scale source pixels whose top
 * left corner is `corner` was averaged to 20x20, multiplied by `gain` and laid into the empty frame with its
 * top left corner at `shift`.
 * @typedef {object} Frame
 * @property {Float32Array} pixels  [28, 28] row by row, 0…1, stroke bright
 * @property {Box} box  where the ink was in the source
 * @property {[number, number]} corner  row and column in the source; may be negative
 * @property {number} scale  frame pixels a source pixel
 * @property {number} gain  brings the brightest pixel to 1
 * @property {[number, number]} shift  row and column in the frame; [4, 4] is the middle
 */

/**
 * Frame one digit's ink as MNIST was made.
 * @param {Ink} ink
 * @returns {Frame}
 */
export function frame(ink) {
  checkShape(ink);
  checkRange(ink);
  const box = inkBox(ink);
  const height = box.bottom - box.top;
  const width = box.right - box.left;
  const side = Math.max(height, width);
  const above = Math.floor((side - height) / 2);
  const before = Math.floor((side - width) / 2);
  const corner = { top: box.top - above, left: box.left - before };
  const square = areaAverage(ink, box, { ...corner, height: side, width: side }, FIT, FIT);
  const gain = 1 / range(square)[1];
  const down = place(margins(square, FIT, 1));
  const across = place(margins(square, 1, FIT));
  return {
    pixels: lay(square, gain, down, across),
    box,
    corner: [corner.top, corner.left],
    scale: FIT / side,
    gain,
    shift: [down, across],
  };
}

/**
 * The source's point under a point of the frame, both measured from the top left edge.
 * @param {Frame} frame
 * @param {number} row
 * @param {number} column
 * @returns {[number, number]}
 */
export function toSource({ corner, shift, scale }, row, column) {
  return [corner[0] + (row - shift[0]) / scale, corner[1] + (column - shift[1]) / scale];
}

/**
 * @param {Ink} ink
 * @returns {Box}
 */
function inkBox({ height, width, data }) {
  const brightest = range(data)[1];
  if (brightest <= 0) throw new InkError("no ink found: every pixel is 0. Give ink with the stroke bright.");
  const box = { top: height, left: width, bottom: 0, right: 0 };
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (data[at] <= INK_THRESHOLD * brightest) continue;
      box.top = Math.min(box.top, y);
      box.left = Math.min(box.left, x);
      box.bottom = y + 1;
      box.right = Math.max(box.right, x + 1);
    }
  }
  return box;
}

/**
 * The sums of the square's 20 lines: `line` from one to the next, `step` within one.
 * @param {Float64Array} square
 * @param {number} line
 * @param {number} step
 */
function margins(square, line, step) {
  const sums = new Float64Array(FIT);
  for (let i = 0; i < FIT; i++) {
    for (let k = 0; k < FIT; k++) sums[i] += square[i * line + k * step];
  }
  return sums;
}

/**
 * Where the 20 rows (or columns) of that mass begin in the frame: the centre of mass goes to the frame's,
 * unless ink would be cut off.
 * @param {Float64Array} mass
 */
function place(mass) {
  const total = mass.reduce((sum, value) => sum + value, 0);
  const centre = mass.reduce((sum, value, i) => sum + value * i, 0) / total;
  const first = mass.findIndex((value) => value !== 0);
  const last = FIT - 1 - [...mass].reverse().findIndex((value) => value !== 0);
  const shift = CENTRE - Math.floor(centre + 0.5 + TIE);
  return Math.min(Math.max(shift, 0 - first), SIZE - 1 - last);
}

/**
 * The square in the empty frame; its rows and columns that fall outside hold no ink.
 * @param {Float64Array} square
 * @param {number} gain
 * @param {number} down
 * @param {number} across
 */
function lay(square, gain, down, across) {
  const pixels = new Float32Array(SIZE * SIZE);
  for (let y = Math.max(-down, 0); y < Math.min(FIT, SIZE - down); y++) {
    for (let x = Math.max(-across, 0); x < Math.min(FIT, SIZE - across); x++) {
      pixels[(y + down) * SIZE + x + across] = Math.min(square[y * FIT + x] * gain, 1);
    }
  }
  return pixels;
}
