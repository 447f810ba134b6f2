// What a confusion amounts to: how many are right, and which mistake is made most.

import { counted, percent } from "#app/widgets/words.js";

/**
 * @typedef {object} Headline
 * @property {number} n
 * @property {number} right
 * @property {{label: number, guess: number, count: number} | null} worst  null where there is no mistake
 */

/**
 * @param {ArrayLike<number>} confusion  [classes, classes]: label, guess
 * @param {number} classes
 * @returns {Headline}
 */
export function headlineOf(confusion, classes) {
  let [n, right] = [0, 0];
  let worst = { label: 0, guess: 0, count: 0 };
  for (let label = 0; label < classes; label++) {
    for (let guess = 0; guess < classes; guess++) {
      const count = confusion[label * classes + guess];
      n += count;
      if (label === guess) right += count;
      else if (count > worst.count) worst = { label, guess, count };
    }
  }
  return { n, right, worst: worst.count > 0 ? worst : null };
}

/**
 * @param {Headline} headline
 * @param {string} set
 */
export function rightWords({ n, right }, set) {
  return `${percent(right / n)} of ${counted(n)} (${set})`;
}

/**
 * @param {Headline} headline
 * @param {string[]} names  of the classes
 */
export function worstWords({ worst }, names) {
  if (worst === null) return "none";
  return `${names[worst.label]} read as ${names[worst.guess]}: ${counted(worst.count)}`;
}
