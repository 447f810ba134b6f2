// The colours of numbers: one fixed scale, red above zero, blue below, so that change can be compared. Zero
// is the card's own colour; the side is bent, as in handlens.insight.figures, so that weak values are seen.

/** @import {Triple} from "#app/look/oklab.js" */

import { fromRgb, toRgb } from "#app/look/oklab.js";

/** @typedef {"light" | "dark"} Theme */

/**
 * A theme's colours, packed as canvases hold them: red in the lowest byte, alpha in the highest.
 * @typedef {object} Tables
 * @property {Uint32Array} diverging  255 colours of -limit … limit; then that of what isn't finite
 * @property {Uint32Array} ink  256 grays, black to white
 */

/** Steps on each side of zero. */
const SIDE = 127;
const BEND = 0.75;

/** What isn't finite; no scale has this colour. @type {Triple} */
export const LOST = [0xff, 0xd5, 0x00];

/**
 * From zero outward; lightness falls on white, and rises on the dark card.
 * @type {Record<Theme, {zero: Triple, above: Triple[], below: Triple[]}>}
 */
const ANCHORS = {
  light: {
    zero: [0xff, 0xff, 0xff],
    above: [
      [0xf0, 0x9c, 0x78],
      [0xc8, 0x3a, 0x32],
      [0x7f, 0x10, 0x00],
    ],
    below: [
      [0x8c, 0xbe, 0xe6],
      [0x2a, 0x74, 0xc4],
      [0x08, 0x30, 0x8f],
    ],
  },
  dark: {
    zero: [0x15, 0x18, 0x1c],
    above: [
      [0x7c, 0x22, 0x24],
      [0xd2, 0x4a, 0x36],
      [0xff, 0xac, 0x66],
    ],
    below: [
      [0x1a, 0x44, 0x80],
      [0x2f, 0x86, 0xd8],
      [0x8a, 0xb8, 0xff],
    ],
  },
};

/**
 * The colour of a share of the limit.
 * @param {number} t  -1…1; beyond, as at the end
 * @param {Theme} theme
 * @returns {Triple} red, green, blue, 0…255
 */
export function diverging(t, theme) {
  if (!Number.isFinite(t)) return LOST;
  const { zero, above, below } = ANCHORS[theme];
  const stops = [zero, ...(t < 0 ? below : above)].map(fromRgb);
  const at = Math.min(Math.abs(t), 1) ** BEND * (stops.length - 1);
  const k = Math.min(Math.floor(at), stops.length - 2);
  const mixed = stops[k].map((from, i) => from + (at - k) * (stops[k + 1][i] - from));
  return toRgb(/** @type {Triple} */ (mixed));
}

/**
 * @param {Theme} theme
 * @returns {Tables}
 */
export function tables(theme) {
  const table = new Uint32Array(2 * SIDE + 2);
  for (let i = 0; i <= 2 * SIDE; i++) table[i] = packed(diverging((i - SIDE) / SIDE, theme));
  table[2 * SIDE + 1] = packed(LOST);
  return { diverging: table, ink: Uint32Array.from({ length: 256 }, (_, i) => packed([i, i, i])) };
}

/** A colour as canvases hold it, opaque. @param {Triple} rgb */
export function packed([red, green, blue]) {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/**
 * Numbers to colours, -limit … limit.
 * @param {Float32Array} values
 * @param {number} limit  above 0
 * @param {Uint32Array} table  `Tables.diverging`
 * @param {Uint32Array} out  as many
 */
export function paint(values, limit, table, out) {
  const scale = SIDE / limit;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const at = Math.min(Math.max(value * scale, -SIDE), SIDE);
    out[i] = table[value - value === 0 ? (at + SIDE + 0.5) | 0 : 2 * SIDE + 1];
  }
}

/** Gradients below this are drawn in proportion; from here to 1 a decade takes as much room as another. */
export const FAINT = 1e-4;
const DECADES = 4;

/**
 * Where a gradient stands on the scale that `paintLog` draws: -1…1.
 * @param {number} gradient
 */
export function logarithmic(gradient) {
  const size = Math.abs(gradient);
  const steps = size < FAINT ? size / FAINT : 1 + Math.log10(size / FAINT);
  return Math.sign(gradient) * Math.min(steps / (DECADES + 1), 1);
}

// A float32's upper 15 bits (sign, exponent, 6 of the fraction) tell it to 1.6 %, finer than a colour.
const DROPPED = 17;
/** @type {Uint8Array | undefined} */
let places;

/** For each upper half: its colour's place in a diverging table, that table's bend undone. */
function logPlaces() {
  const bits = new Uint32Array(1);
  const number = new Float32Array(bits.buffer);
  return Uint8Array.from({ length: 1 << (32 - DROPPED) }, (_, upper) => {
    bits[0] = upper << DROPPED;
    if (!Number.isFinite(number[0])) return 2 * SIDE + 1;
    const t = logarithmic(number[0]);
    return Math.round(SIDE + SIDE * Math.sign(t) * Math.abs(t) ** (1 / BEND));
  });
}

/**
 * Gradients to colours, on the one scale of them all: four decades a side, proportional between.
 * @param {Float32Array} gradients
 * @param {Uint32Array} table  `Tables.diverging`
 * @param {Uint32Array} out  as many
 */
export function paintLog(gradients, table, out) {
  places ??= logPlaces();
  const bits = new Uint32Array(gradients.buffer, gradients.byteOffset, gradients.length);
  for (let i = 0; i < bits.length; i++) out[i] = table[places[bits[i] >>> DROPPED]];
}

/**
 * A picture as it is: gray, or red, green, blue.
 * @param {Float32Array} pixels  [channels, height, width] row by row, 0…1; unless 3 channels, the first
 * @param {number} channels
 * @param {Uint32Array} ink  `Tables.ink`
 * @param {Uint32Array} out  [height, width]
 */
export function paintPicture(pixels, channels, ink, out) {
  const area = pixels.length / channels;
  for (let i = 0; i < area; i++) {
    const red = ink[level(pixels[i])];
    out[i] = red;
    if (channels !== 3) continue;
    const [green, blue] = [ink[level(pixels[area + i])], ink[level(pixels[2 * area + i])]];
    out[i] = ((red & 0xff0000ff) | (green & 0xff00) | (blue & 0xff0000)) >>> 0;
  }
}

/** @param {number} value */
function level(value) {
  return Math.min(Math.max(value * 255 + 0.5, 0), 255) | 0;
}
