// What is asked about: one class's logit, or by how much it leads another's.

/**
 * @typedef {object} Question
 * @property {number} subject  the class in question
 * @property {number | null} rival  the class that it is held against, if any
 */

/**
 * The question as a number a class: the score is the sum of the logits, each times its own.
 * @param {Question} question
 * @param {number} classes
 */
export function seedOf({ subject, rival }, classes) {
  const seed = new Float32Array(classes);
  seed[subject] = 1;
  if (rival !== null) seed[rival] -= 1;
  return seed;
}

/**
 * @param {ArrayLike<number>} logits
 * @param {Float32Array} seed
 */
export function scoreOf(logits, seed) {
  return seed.reduce((sum, weight, k) => (weight === 0 ? sum : sum + weight * logits[k]), 0);
}
