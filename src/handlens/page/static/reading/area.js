// Averaging a region of a picture to fewer (or more) cells, each source pixel weighted by what it covers.

/** @import {Picture} from "#app/reading/picture.js" */

/** @typedef {{top: number, left: number, bottom: number, right: number}} Box  rows top … bottom - 1 */

/** @typedef {{top: number, left: number, height: number, width: number}} Region  may begin within a pixel */

/**
 * Average a region of a picture to rows x columns. Outside `window`, whole pixels of the picture, all is 0.
 * @param {Picture<ArrayLike<number>>} picture
 * @param {Box} window
 * @param {Region} region
 * @param {number} rows
 * @param {number} columns
 */
export function areaAverage({ width, data }, window, region, rows, columns) {
  const across = window.right - window.left;
  const half = new Float64Array(rows * across);
  const down = { cells: rows, side: region.height, start: window.top - region.top };
  forShares(down, window.bottom - window.top, (cell, y, share) => {
    const line = (window.top + y) * width + window.left;
    for (let x = 0; x < across; x++) half[cell * across + x] += share * data[line + x];
  });
  const averages = new Float64Array(rows * columns);
  const right = { cells: columns, side: region.width, start: window.left - region.left };
  forShares(right, across, (cell, x, share) => {
    for (let row = 0; row < rows; row++) averages[row * columns + cell] += share * half[row * across + x];
  });
  return averages;
}

/**
 * Each of an axis's `length` source pixels with the share that it has in each of the cells that it reaches
 * into. Cell k covers side * k / cells … side * (k + 1) / cells, source pixel i start + i … start + i + 1.
 * @param {{cells: number, side: number, start: number}} axis
 * @param {number} length
 * @param {(cell: number, pixel: number, share: number) => void} visit
 */
function forShares({ cells, side, start }, length, visit) {
  for (let cell = 0; cell < cells; cell++) {
    const from = (side * cell) / cells;
    const to = (side * (cell + 1)) / cells;
    const last = Math.min(Math.ceil(to - start), length);
    for (let pixel = Math.max(Math.floor(from - start), 0); pixel < last; pixel++) {
      const covered = Math.min(to, start + pixel + 1) - Math.max(from, start + pixel);
      if (covered > 0) visit(cell, pixel, covered * (cells / side));
    }
  }
}
