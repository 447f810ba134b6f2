// Which items are drawn, and in which order.

/**
 * As many of each class, the first ones.
 * @param {Int32Array} positions
 * @param {Int32Array} labels  of all positions
 * @param {number} classes
 * @param {number} most  of all together
 * @returns {Int32Array}  in the order of `positions`
 */
export function balanced(positions, labels, classes, most) {
  if (positions.length <= most) return positions;
  const share = Math.max(Math.floor(most / classes), 1);
  const taken = new Int32Array(classes);
  return positions.filter((position) => taken[labels[position]]++ < share);
}

/**
 * An order in which no class is always on top, the same each time: by a multiplicative hash.
 * Knuth, "The Art of Computer Programming", volume 3, 6.4.
 * @param {number} n
 * @returns {Int32Array}
 */
export function shuffled(n) {
  const keys = Uint32Array.from({ length: n }, (_, i) => Math.imul(i + 1, 2654435761));
  return Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => keys[a] - keys[b]);
}
