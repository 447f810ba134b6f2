// Items that were chosen in one room and are seen in all.

/** @import {Chosen} from "#app/app/view.js" */
/** @import {Outcomes} from "#app/look/outcomes.js" */

/**
 * The positions of the chosen items, ascending. A cell of the confusion follows the step: its items are those
 * that are in it now; all others stay what they were.
 * @param {Chosen} chosen
 * @param {Outcomes} outcomes
 * @param {Int32Array} labels  of the held items
 * @returns {Int32Array}
 */
export function positionsOf(chosen, { guesses, n }, labels) {
  if (chosen.kind === "items") return chosen.positions;
  const { label, guess } = chosen;
  const found = [];
  for (let i = 0; i < n; i++) if (labels[i] === label && guesses[i] === guess) found.push(i);
  return Int32Array.from(found);
}
