// The largest terms of a sum, and what is left of it.

/**
 * @param {ArrayLike<number>} terms
 * @param {number} most  how many to name
 * @returns {{named: number[], others: number, rest: number}} indices by size, the largest first; how many
 *   were left out, and their sum
 */
export function largest(terms, most) {
  const order = Array.from({ length: terms.length }, (_, i) => i);
  order.sort((a, b) => Math.abs(terms[b]) - Math.abs(terms[a]) || a - b);
  const named = order.slice(0, most);
  const rest = order.slice(most).reduce((sum, i) => sum + terms[i], 0);
  return { named, others: order.length - named.length, rest };
}
