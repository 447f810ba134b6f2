// What the gallery says of an item, and of how many there are.

/** @import {Chosen} from "#app/app/view.js" */
/** @import {Asked} from "#app/look/mistakes/state.js" */
/** @import {Item} from "#app/look/mistakes/words.js" */
/** @import {Outcomes} from "#app/look/outcomes.js" */

import { overall } from "#app/look/mistakes/counts.js";
import { heldWords } from "#app/look/mistakes/words.js";
import { counted } from "#app/widgets/words.js";

const LEAST = 1; // of the codes that are numbers

/**
 * @typedef {object} Shown
 * @property {string[]} names  of the classes
 * @property {number} total  how many items the set has
 * @property {number} doubtful  how many of its labels are known to be wrong
 * @property {Outcomes} outcomes
 * @property {Int32Array} indices  of the held items in their set
 * @property {Int32Array} labels
 * @property {Uint8Array} doubted  1 where a label is known to be wrong
 * @property {Asked} asked
 * @property {Chosen | null} chosen
 */

/**
 * @param {Shown} shown
 * @param {number} position
 * @returns {Item}
 */
export function itemOf({ names, outcomes, labels, doubted }, position) {
  const label = labels[position];
  return {
    label: names[label],
    guess: names[outcomes.guesses[position]] ?? "",
    confidence: outcomes.confidence(position),
    loss: outcomes.loss(position, label),
    more: outcomes.odds(position)[label] === LEAST,
    doubted: doubted[position] === 1,
  };
}

/**
 * How many there are, in the set and here.
 * @param {Shown} shown
 * @param {ArrayLike<number>} positions  of those that are asked for
 */
export function countWords({ outcomes, labels, total, doubtful, asked, chosen }, positions) {
  const { counts, classes, guesses } = outcomes;
  if (chosen?.kind === "items") {
    const wrong = Array.from(positions).filter((i) => guesses[i] !== labels[i]).length;
    const rounded = chosen.from === "bin" ? " By rounded confidence." : "";
    return `${counted(positions.length)} here, ${counted(wrong)} of them read wrong.${rounded}`;
  }
  if (chosen !== null) {
    return heldWords(counts.confusion[chosen.label * classes + chosen.guess], positions.length);
  }
  const { all } = overall(counts, classes, doubtful, total);
  const totals = { mistakes: total - all.right, doubtful, all: total };
  return heldWords(totals[asked.filter], positions.length, asked.filter);
}
