// A picture to a network's input without framing: the middle cut to its shape, averaged to its size.

/** @import {Shape} from "#app/net/types.js" */
/** @import {Region} from "#app/reading/area.js" */
/** @import {Picture} from "#app/reading/picture.js" */

import { areaAverage } from "#app/reading/area.js";

/**
 * The largest region of a picture, in its middle, with the proportions of rows x columns.
 * @param {{height: number, width: number}} picture
 * @param {number} rows
 * @param {number} columns
 * @returns {Region}
 */
export function middle({ height, width }, rows, columns) {
  const scale = Math.min(height / rows, width / columns);
  const [down, across] = [rows * scale, columns * scale];
  return { top: (height - down) / 2, left: (width - across) / 2, height: down, width: across };
}

/**
 * Pictures of one size to a network's input, one picture a channel.
 * @param {Picture<ArrayLike<number>>[]} channels
 * @param {number} white  the value that becomes 1
 * @param {Shape} shape  [channels, height, width]
 */
export function fit(channels, white, [, rows, columns]) {
  const pixels = new Float32Array(channels.length * rows * columns);
  channels.forEach((picture, i) => {
    const whole = { top: 0, left: 0, bottom: picture.height, right: picture.width };
    const region = middle(picture, rows, columns);
    const averages = areaAverage(picture, whole, region, rows, columns);
    // Rounding may leave a sum of shares a hair above 1.
    pixels.set(
      averages.map((value) => Math.min(value / white, 1)),
      i * rows * columns,
    );
  });
  return pixels;
}
