// In what two trainings differ: their recipes, and what was done by hand.

/** @import {About} from "#app/source/about.js" */

import { marksOf } from "#app/look/changes.js";
import { alike, labelOf, valueWords } from "#app/look/train/fields.js";

/** What names, times or scores a training, but doesn't decide what it learns. */
const ASIDE = [
  ...["name", "changes", "threads", "device", "layout"],
  ...["watch", "watch_first", "watch_every", "watch_from"],
];

/** @typedef {{what: string, mine: string, theirs: string}} Difference */

/** @typedef {Pick<About, "recipe" | "changes" | "origin" | "data">} Trained */

/**
 * @param {Trained} mine
 * @param {Trained} theirs
 * @returns {Difference[]}
 */
export function differences(mine, theirs) {
  const found = [];
  const [one, other] = [mine.recipe ?? {}, theirs.recipe ?? {}];
  for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
    if (ASIDE.includes(name) || alike(one[name], other[name])) continue;
    found.push({
      what: labelOf(name),
      mine: valueWords(name, one[name]),
      theirs: valueWords(name, other[name]),
    });
  }
  for (const [what, said] of /** @type {[string, (about: Trained) => string][]} */ (APART)) {
    if (said(mine) !== said(theirs)) found.push({ what, mine: said(mine), theirs: said(theirs) });
  }
  return found;
}

/** @type {[string, (about: Trained) => string][]} */
const APART = [
  [
    "Begins with",
    ({ origin }) =>
      origin === null ? "weights that were drawn" : `step ${origin.step} of ${origin.recording}`,
  ],
  [
    "Changed by hand",
    (about) =>
      marksOf(about)
        .filter(({ kind }) => kind === "lr")
        .map(({ step, text }) => `${text} at step ${step}`)
        .join(", ") || "nothing",
  ],
];
