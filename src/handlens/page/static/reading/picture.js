// Pictures as arrays, and ink from gray ones: from_gray of handlens.reading.frame, number for number.

import { InkError } from "#app/errors.js";

/**
 * @template {ArrayLike<number>} Values
 * @typedef {{height: number, width: number, data: Values}} Picture  row by row
 */

/** @typedef {Picture<Float32Array>} Ink  0…1, stroke bright */

/** @typedef {Picture<Uint8Array | Uint8ClampedArray | Uint16Array | Float32Array>} Gray */

/** The largest height and width in pixels. */
const MOST_PIXELS = 10_000;

/** A picture whose grays differ less from the paper than this share of the full range is blank. */
const LEAST_CONTRAST = 1 / 32;

/**
 * Ink from a gray picture of one digit, dark on light or light on dark.
 *
 * The median of the outermost pixels is the paper; the ink lies on the side, darker or brighter, on which the
 * picture reaches further from it. Paper becomes 0, the strongest ink 1, linearly between them.
 * @param {Gray} gray  of floats, 0…1; of bytes or 16-bit numbers, their full range
 * @returns {Ink}
 */
export function fromGray(gray) {
  checkShape(gray);
  const scale = fullScale(gray);
  const [lowest, highest] = range(gray.data);
  const paper = median(border(gray));
  const reach = Math.max(paper - lowest, highest - paper);
  if (reach < LEAST_CONTRAST * scale) {
    throw new InkError(
      `no ink found: the grays differ from the paper's by ${(reach / scale).toFixed(3)} of the full range, ` +
        `less than ${LEAST_CONTRAST.toFixed(3)}. Give a picture with a darker or brighter stroke.`,
    );
  }
  const factor = Math.fround((paper - lowest > highest - paper ? -1 : 1) / reach);
  const data = new Float32Array(gray.data.length);
  for (let i = 0; i < data.length; i++) {
    // Rounded to float32 after each step, as numpy does it there.
    const ink = Math.fround(gray.data[i] - paper) * factor;
    data[i] = Math.min(Math.max(ink, 0), 1);
  }
  return { height: gray.height, width: gray.width, data };
}

/** @param {Picture<ArrayLike<number>>} picture */
export function checkShape({ height, width, data }) {
  for (const side of [height, width]) {
    if (!(Number.isInteger(side) && side >= 1 && side <= MOST_PIXELS)) {
      throw new InkError(
        `the picture is ${height} x ${width} pixels; ` +
          `expected 1 to ${MOST_PIXELS} a side. Crop or shrink it first.`,
      );
    }
  }
  if (data.length !== height * width) {
    throw new InkError(
      `the picture has ${data.length} values for ${height} x ${width} pixels; ` +
        "expected one gray value a pixel. Average the colours first.",
    );
  }
}

/**
 * Refuse values outside 0…1, NaN too.
 * @param {Picture<ArrayLike<number>>} picture
 */
export function checkRange({ data }) {
  const [lowest, highest] = range(data);
  if (lowest >= 0 && highest <= 1) return;
  throw new InkError(
    `the picture has values from ${lowest} to ${highest}; ` +
      "expected 0 … 1: divide by the largest possible value first.",
  );
}

/**
 * The smallest and the largest value; NaN where one is NaN.
 * @param {ArrayLike<number>} data
 * @returns {[number, number]}
 */
export function range(data) {
  let lowest = Infinity;
  let highest = -Infinity;
  for (let i = 0; i < data.length; i++) {
    lowest = Math.min(lowest, data[i]);
    highest = Math.max(highest, data[i]);
  }
  return [lowest, highest];
}

/**
 * The value of full white.
 * @param {Gray} gray
 */
function fullScale(gray) {
  if (gray.data instanceof Uint16Array) return 65535;
  if (!(gray.data instanceof Float32Array)) return 255;
  checkRange(gray);
  return 1;
}

/**
 * The outermost pixels, each once.
 * @param {Gray} gray
 */
function border({ height, width, data }) {
  return Float32Array.from(data).filter((_, i) => {
    const x = i % width;
    return i < width || i >= (height - 1) * width || x === 0 || x === width - 1;
  });
}

/** @param {Float32Array} values */
function median(values) {
  values.sort();
  const middle = values.length >> 1;
  return values.length % 2 ? values[middle] : Math.fround(values[middle - 1] + values[middle]) / 2;
}
