// A part of a picture as a small picture.

/** @import {MapBox} from "#app/look/field.js" */
/** @import {Shape} from "#app/net/types.js" */

import { painted } from "#app/widgets/pixels.js";

/**
 * @param {Uint8Array | Float32Array} pixels  [channels, height, width]; bytes, or 0…1
 * @param {Shape} shape
 * @param {Pick<MapBox, "top" | "left" | "bottom" | "right">} box
 * @param {HTMLCanvasElement} canvas
 */
export function cutOut(pixels, [channels, height, width], { top, left, bottom, right }, canvas) {
  const [down, across] = [bottom - top, right - left];
  const part = new Float32Array(channels * down * across);
  const whole = pixels instanceof Uint8Array ? 255 : 1;
  let to = 0;
  for (let k = 0; k < channels; k++) {
    for (let y = top; y < bottom; y++) {
      const from = (k * height + y) * width;
      for (let x = left; x < right; x++) part[to++] = pixels[from + x] / whole;
    }
  }
  painted(part, [channels, down, across], canvas);
}
