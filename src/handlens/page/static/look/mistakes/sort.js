// Which items the gallery shows, and in which order.

/** @import {Outcomes} from "#app/look/outcomes.js" */
/** @import {Filter, Sort} from "#app/look/mistakes/state.js" */

const LAST = 256; // after every code: what is no number

/**
 * The positions of the items that are asked for, ascending.
 * @param {Filter} filter
 * @param {Outcomes} outcomes
 * @param {Int32Array} labels  of the held items
 * @param {Uint8Array} doubted  1 where a label is known to be wrong
 */
export function members(filter, { guesses, n }, labels, doubted) {
  const found = new Int32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) {
    const wanted = filter === "all" || (filter === "doubtful" ? doubted[i] === 1 : guesses[i] !== labels[i]);
    if (wanted) found[count++] = i;
  }
  return found.subarray(0, count);
}

/**
 * In order; of items whose codes tie the first of the set comes first, and what is no number last. A code and
 * a position make one whole number, which a typed array sorts by itself: 10,000 in a millisecond.
 * @param {ArrayLike<number>} positions
 * @param {Sort} sort
 * @param {Outcomes} outcomes
 * @param {Int32Array} labels  of the held items
 * @returns {Uint32Array}
 */
export function ordered(positions, sort, outcomes, labels) {
  const { codes, classes, n } = outcomes;
  const keys = new Uint32Array(positions.length);
  for (let k = 0; k < keys.length; k++) {
    const i = positions[k];
    const code = sort === "loss" ? codes[i * classes + labels[i]] : outcomes.guessCode(i);
    keys[k] = rank(sort, code) * n + i;
  }
  keys.sort();
  return keys.map((key) => key % n);
}

/**
 * @param {Sort} sort
 * @param {number} code  0…255; 0 for what is no number
 */
function rank(sort, code) {
  if (sort === "number") return 0;
  if (code === 0) return LAST;
  return sort === "surest" ? LAST - 1 - code : code;
}
