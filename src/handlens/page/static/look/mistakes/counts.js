// What is counted of the whole set, made into shares.

/** @import {Counts} from "#app/look/outcomes.js" */
/** @import {About} from "#app/source/about.js" */

const Z = 1.959963984540054; // of the normal distribution, 95 % within ± Z

/** @typedef {{n: number, right: number}} Share */

/**
 * How many items a set has.
 * @param {About} about
 * @param {string} set
 */
export function sizeOf({ sets }, set) {
  return sets.find(({ name }) => name === set)?.n ?? 0;
}

/**
 * Where a share counted on n items plausibly lies, 95 % (Wilson 1927, equation 5); 0 to 1 of none.
 * @param {Share} share
 * @returns {[number, number]}
 */
export function wilson({ n, right }) {
  if (n === 0) return [0, 1];
  const share = right / n;
  const centre = share + (Z * Z) / (2 * n);
  const spread = Z * Math.sqrt((share * (1 - share) + (Z * Z) / (4 * n)) / n);
  const scale = 1 + (Z * Z) / n;
  return [Math.max((centre - spread) / scale, 0), Math.min((centre + spread) / scale, 1)];
}

/**
 * How many items of each class it answered, and how many of them it recognised.
 * @param {Int32Array} confusion  [classes, classes]
 * @param {number} classes
 * @returns {Share[]}
 */
export function perClass(confusion, classes) {
  return Array.from({ length: classes }, (_, label) => {
    const row = confusion.subarray(label * classes, (label + 1) * classes);
    return { n: row.reduce((sum, count) => sum + count, 0), right: row[label] };
  });
}

/**
 * Of the whole set, and without the items whose label is known to be wrong.
 * @param {Counts} counts
 * @param {number} classes
 * @param {number} doubtful  how many these are
 * @param {number} n  all items of the set: those without an answer aren't right
 * @returns {{all: Share, undoubted: Share}}
 */
export function overall({ confusion, doubtfulRight }, classes, doubtful, n) {
  const all = { n, right: perClass(confusion, classes).reduce((sum, { right }) => sum + right, 0) };
  return { all, undoubted: { n: all.n - doubtful, right: all.right - doubtfulRight } };
}

/**
 * How many items of the set it gave no answer to.
 * @param {Counts} counts
 * @param {number} n  all items of the set
 */
export function unanswered({ confusion }, n) {
  return n - confusion.reduce((sum, count) => sum + count, 0);
}

/**
 * How strongly a cell is coloured, 0…1. One item of a thousand must be seen, and half of them seen to be far
 * more: the fourth root does both, at every step alike.
 * @param {number} count
 * @param {number} row  items of its class
 */
export function heat(count, row) {
  return row === 0 ? 0 : (count / row) ** 0.25;
}

/** Where the axis of the classes' shares may begin. */
const FLOORS = [0.95, 0.9, 0.8, 0.5, 0];

/**
 * Where that axis begins, so that all intervals are on it.
 * @param {[number, number][]} intervals
 */
export function floor(intervals) {
  const lowest = intervals.reduce((least, [low]) => Math.min(least, low), 1);
  return FLOORS.find((place) => place <= lowest) ?? 0;
}
