// Dots and small digits, painted by the thousand: each a square of colours and opacities that is laid on a picture.
// Whatever is painted has a rim of the paper's colour, which keeps it apart from what lies below.

/** @import {Shape} from "#app/net/types.js" */
/** @import {Triple} from "#app/look/oklab.js" */

import { packed } from "#app/look/colours.js";

/** Opacities are counted so that dividing by them is a shift. */
const WHOLE = 256;
const RIM = 0.8; // how opaque it is

/**
 * @typedef {object} Sprite
 * @property {number} side
 * @property {Uint32Array} colours  packed as canvases hold them, [side, side]
 * @property {Uint16Array} opacities  0…256
 */

/**
 * How much of each pixel a disc covers.
 * @param {number} radius  in pixels
 * @returns {{side: number, cover: Float32Array}}
 */
export function disc(radius) {
  const side = 2 * Math.ceil(radius + 1) + 1;
  const middle = (side - 1) / 2;
  const cover = Float32Array.from({ length: side * side }, (_, i) => {
    const distance = Math.hypot((i % side) - middle, Math.floor(i / side) - middle);
    return Math.min(Math.max(radius + 0.5 - distance, 0), 1);
  });
  return { side, cover };
}

/**
 * How much ink each pixel of a small picture has: the means of an item's pixels and channels.
 * @param {Uint8Array | Float32Array} face  bytes 0…255 or numbers 0…1, [channels, height, width]
 * @param {Shape} shape
 * @param {number} side  of the result, a pixel of which stays empty on each side
 */
export function shrunk(face, [channels, height, width], side) {
  const inner = side - 2;
  const cover = new Float32Array(side * side);
  const whole = (face instanceof Uint8Array ? 255 : 1) * channels;
  for (let row = 0; row < inner; row++) {
    const [top, bottom] = span(row, inner, height);
    for (let column = 0; column < inner; column++) {
      const [left, right] = span(column, inner, width);
      let sum = 0;
      for (let k = 0; k < channels; k++) {
        for (let y = top; y < bottom; y++) {
          for (let x = left; x < right; x++) sum += face[(k * height + y) * width + x];
        }
      }
      cover[(row + 1) * side + column + 1] = sum / whole / ((bottom - top) * (right - left));
    }
  }
  return { side, cover };
}

/**
 * Which pixels of a side a place on a shorter or longer one stands for; one at least.
 * @param {number} place
 * @param {number} places
 * @param {number} pixels
 */
function span(place, places, pixels) {
  const from = Math.floor((place * pixels) / places);
  return [from, Math.max(Math.ceil(((place + 1) * pixels) / places), from + 1)];
}

/**
 * @param {{side: number, cover: Float32Array}} shape
 * @param {Triple} ink
 * @param {Triple} paper
 * @returns {Sprite}
 */
export function sprite({ side, cover }, ink, paper) {
  const colours = new Uint32Array(side * side);
  const opacities = new Uint16Array(side * side);
  for (let i = 0; i < cover.length; i++) {
    const around = RIM * widest(cover, i, side);
    const opacity = 1 - (1 - around) * (1 - cover[i]);
    const share = opacity > 0 ? cover[i] / opacity : 0;
    const mixed = ink.map((value, k) => Math.round(paper[k] + share * (value - paper[k])));
    colours[i] = packed(/** @type {Triple} */ (mixed));
    opacities[i] = Math.round(WHOLE * opacity);
  }
  return { side, colours, opacities };
}

/**
 * The largest value beside a pixel or on it.
 * @param {Float32Array} cover
 * @param {number} i
 * @param {number} side
 */
function widest(cover, i, side) {
  const [row, column] = [Math.floor(i / side), i % side];
  let most = 0;
  for (let y = Math.max(row - 1, 0); y <= Math.min(row + 1, side - 1); y++) {
    for (let x = Math.max(column - 1, 0); x <= Math.min(column + 1, side - 1); x++) {
      most = Math.max(most, cover[y * side + x]);
    }
  }
  return most;
}

/**
 * Lay a sprite on a picture; what is outside is left out.
 * @param {Uint32Array} picture  [height, width], opaque
 * @param {number} width
 * @param {number} height
 * @param {Sprite} sprite
 * @param {number} x  of its middle
 * @param {number} y
 * @param {number} strength  0…256
 */
export function lay(picture, width, height, { side, colours, opacities }, x, y, strength) {
  const left = Math.round(x - side / 2);
  const top = Math.round(y - side / 2);
  const from = Math.max(-left, 0);
  const to = Math.min(width - left, side);
  const last = Math.min(height - top, side);
  for (let row = Math.max(-top, 0); row < last; row++) {
    let at = (top + row) * width + left + from;
    for (let i = row * side + from; i < row * side + to; i++, at++) {
      const share = (opacities[i] * strength) >> 8;
      if (share === 0) continue;
      if (share === WHOLE) {
        picture[at] = colours[i];
        continue;
      }
      const below = picture[at];
      const above = colours[i];
      // Red and blue at once, which leave each other eight bits of room, then green.
      const outer = (((below & 0xff00ff) * (WHOLE - share) + (above & 0xff00ff) * share) >>> 8) & 0xff00ff;
      const green = (((below & 0xff00) * (WHOLE - share) + (above & 0xff00) * share) >>> 8) & 0xff00;
      picture[at] = (0xff000000 | outer | green) >>> 0;
    }
  }
}
