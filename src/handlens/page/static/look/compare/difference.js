// In what two trainings differ: their recipes, and what was done by hand.

/** @import {About} from "#app/source/about.js" */
/** @import {Recipe} from "#app/source/live.js" */

import { marksOf } from "#app/look/changes.js";
import { alike, labelOf, valueWords } from "#app/look/train/fields.js";

/** What names, times or scores a training, but doesn't decide what it learns. */
const ASIDE = [
  ...["name", "changes", "threads", "device", "layout"],
  ...["watch", "watch_first", "watch_every", "watch_from"],
];

const OWN = "somebody's own loop: no recipe to go by";

/** @typedef {{what: string, mine: string, theirs: string}} Difference */

/** @typedef {Pick<About, "recipe" | "changes" | "origin" | "data">} Trained */

/**
 * @param {Trained} mine
 * @param {Trained} theirs
 * @returns {Difference[]}
 */
export function differences(mine, theirs) {
  const found = bySetting(mine.recipe, theirs.recipe);
  for (const [what, said] of /** @type {[string, (about: Trained) => string][]} */ (APART)) {
    if (said(mine) !== said(theirs)) found.push({ what, mine: said(mine), theirs: said(theirs) });
  }
  return found;
}

/**
 * What differs in the recipes; where there is but one, there is nothing to hold against it.
 * @param {Recipe | null} one
 * @param {Recipe | null} other
 * @returns {Difference[]}
 */
function bySetting(one, other) {
  if (one === null && other === null) return [];
  if (one === null || other === null) {
    const [mine, theirs] = [one, other].map((recipe) => recipe?.name ?? OWN);
    return [{ what: "Recipe", mine, theirs }];
  }
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((name) => !ASIDE.includes(name) && !alike(one[name] ?? null, other[name] ?? null))
    .map((name) => ({
      what: labelOf(name),
      mine: valueWords(name, one[name]),
      theirs: valueWords(name, other[name]),
    }));
}

/**
 * What is said where no difference was found.
 * @param {Trained} mine
 * @param {Trained} theirs
 */
export function sameWords(mine, theirs) {
  if (mine.recipe === null && theirs.recipe === null) return `Not known: both are ${OWN}.`;
  return "Nothing: both went by the same recipe.";
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
