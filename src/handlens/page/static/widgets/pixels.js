// Pixels as small pictures, to be put or drawn on a canvas.

/** @import {Input} from "#app/app/view.js" */
/** @import {Shape} from "#app/net/types.js" */

import { coloursOf } from "#app/reading/colour.js";

/**
 * A canvas of the pixels' own size.
 * @param {ArrayLike<number>} pixels  0…1
 * @param {Shape} shape  [channels, height, width]
 * @param {HTMLCanvasElement} [canvas]  the one to paint on
 */
export function painted(pixels, shape, canvas = document.createElement("canvas")) {
  const [, height, width] = shape;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const image = new ImageData(coloursOf(pixels, shape), width, height);
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).putImageData(image, 0, 0);
  return canvas;
}

/**
 * An input as it was given: the ink before framing, where there is some.
 * @param {Input} input
 * @param {Shape} shape  of its pixels
 */
export function picture({ source, pixels }, shape) {
  return source === null ? painted(pixels, shape) : painted(source.data, [1, source.height, source.width]);
}
