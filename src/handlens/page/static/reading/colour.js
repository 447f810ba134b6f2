// Coloured pictures, as a browser decodes them, to gray and to a network's channels, and back to colours.

/** @import {Shape} from "#app/net/types.js" */
/** @import {Picture} from "#app/reading/picture.js" */

/** @typedef {Picture<Uint8ClampedArray>} Coloured  red, green, blue and opacity of each pixel in turn */

const WHITE = 255;
const OPAQUE = 128;
const LIGHT = 128;

/**
 * The Rec. 601 luma, in the integers that Pillow's "L" uses.
 * @param {number} red
 * @param {number} green
 * @param {number} blue
 */
export function luma(red, green, blue) {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/**
 * Lay a picture on paper: white, or black where all that is opaque is light (white ink on nothing).
 * @param {Coloured} picture
 * @returns {Picture<Uint8ClampedArray>[]} red, green and blue
 */
export function onPaper({ height, width, data }) {
  const paper = paperUnder(data);
  return [0, 1, 2].map((channel) => {
    const plane = new Uint8ClampedArray(height * width);
    for (let i = 0, at = 0; i < plane.length; i++, at += 4) {
      plane[i] = paper + ((data[at + channel] - paper) * data[at + 3]) / 255;
    }
    return { height, width, data: plane };
  });
}

/**
 * @param {Picture<Uint8ClampedArray>[]} planes  red, green and blue
 * @returns {Picture<Uint8ClampedArray>}
 */
export function grayOf([red, green, blue]) {
  const data = red.data.map((value, i) => luma(value, green.data[i], blue.data[i]));
  return { height: red.height, width: red.width, data };
}

/** @param {Uint8ClampedArray} data */
function paperUnder(data) {
  let seenThrough = false;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 255) seenThrough = true;
    if (data[at + 3] >= OPAQUE && luma(data[at], data[at + 1], data[at + 2]) < LIGHT) return WHITE;
  }
  return seenThrough ? 0 : WHITE;
}

/**
 * A network's input as colours to put on a canvas: three channels are red, green and blue, of any other
 * number the mean is shown in gray.
 * @param {ArrayLike<number>} pixels  0…1
 * @param {Shape} shape  [channels, height, width]
 */
export function coloursOf(pixels, [channels, height, width]) {
  const area = height * width;
  const colours = new Uint8ClampedArray(area * 4);
  for (let i = 0, at = 0; i < area; i++, at += 4) {
    if (channels === 3) {
      for (let k = 0; k < 3; k++) colours[at + k] = 255 * pixels[k * area + i];
    } else {
      let sum = 0;
      for (let k = i; k < pixels.length; k += area) sum += pixels[k];
      colours[at] = colours[at + 1] = colours[at + 2] = (255 * sum) / channels;
    }
    colours[at + 3] = 255;
  }
  return colours;
}
