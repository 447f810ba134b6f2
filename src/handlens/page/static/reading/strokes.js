// A drawing's strokes to ink. In plain arithmetic, not read back from a canvas: the same strokes give the
// same numbers in every browser, on every screen, and when a link is opened again.

/** @import {Stroke} from "#app/app/view.js" */
/** @import {Ink} from "#app/reading/picture.js" */

/** The brush's width as a share of the pad: a digit that fills the pad comes to 2–3 of 28 pixels. */
export const BRUSH = 1 / 12;

/** Height and width of a drawing's ink in pixels: 5 for each pixel of the frame. */
export const INK_SIDE = 140;

/**
 * The ink of strokes drawn with a round brush, its edges smoothed over a pixel.
 * @param {readonly Stroke[]} strokes
 * @returns {Ink}
 */
export function inkOfStrokes(strokes) {
  const data = new Float32Array(INK_SIDE * INK_SIDE);
  for (const stroke of strokes) {
    for (let i = 0; i < stroke.length; i++) {
      // A stroke of one point is a dot.
      if (i > 0 || stroke.length === 1) layLine(data, stroke[Math.max(i - 1, 0)], stroke[i]);
    }
  }
  return { height: INK_SIDE, width: INK_SIDE, data };
}

/**
 * Lay a line with round ends; where there is ink already, the stronger stays.
 * @param {Float32Array} data
 * @param {[number, number]} from
 * @param {[number, number]} to
 */
function layLine(data, from, to) {
  // Pixel x has its middle at x + 0.5.
  const [x0, y0, x1, y1] = [from[0], from[1], to[0], to[1]].map((place) => place * INK_SIDE - 0.5);
  const reach = (BRUSH * INK_SIDE) / 2 + 0.5;
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy || 1;
  const [top, bottom] = within(Math.min(y0, y1) - reach, Math.max(y0, y1) + reach);
  const [left, right] = within(Math.min(x0, x1) - reach, Math.max(x0, x1) + reach);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const along = Math.min(Math.max(((x - x0) * dx + (y - y0) * dy) / length, 0), 1);
      const [awayX, awayY] = [x - x0 - along * dx, y - y0 - along * dy];
      const ink = Math.min(reach - Math.sqrt(awayX * awayX + awayY * awayY), 1);
      if (ink > data[y * INK_SIDE + x]) data[y * INK_SIDE + x] = ink;
    }
  }
}

/**
 * The pixels from one place to another, as far as there are any.
 * @param {number} from
 * @param {number} to
 */
function within(from, to) {
  return [Math.max(Math.ceil(from), 0), Math.min(Math.floor(to), INK_SIDE - 1)];
}
