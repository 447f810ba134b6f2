// What the room "Train" says of a training.

/** @import {About} from "#app/source/about.js" */
/** @import {LiveFacts, Order, Plan, Recipe} from "#app/source/live.js" */

import { counted } from "#app/widgets/words.js";

/**
 * What a training would be.
 * @param {Plan} plan
 */
export function planWords({ parameters, updates, digits }) {
  return `${counted(parameters)} numbers to learn, in ${counted(updates)} updates, from ${counted(digits)} digits.`;
}

const STANDS = {
  running: "is learning",
  interrupted: "was stopped",
  failed: "failed",
  finished: "has been trained",
};

/**
 * How a training stands.
 * @param {Pick<About, "name" | "status">} about
 * @param {boolean} paused
 * @param {boolean} lost  whether nobody tells it any more
 */
export function titleOf({ name, status }, paused, lost) {
  if (status === "running" && lost) return `${name} was learning when last heard of`;
  if (paused) return `${name} pauses`;
  return `${name} ${STANDS[status]}`;
}

/**
 * How many updates a whole training by this recipe has.
 * @param {Recipe | null} recipe
 * @param {LiveFacts["digits"]} digits
 * @returns {number | null}  null where that isn't known
 */
export function updatesOf(recipe, digits) {
  const there = recipe && digits[recipe.data]?.[recipe.train_on];
  if (!recipe || !there) return null;
  return recipe.epochs * Math.ceil(Math.min(there, recipe.limit ?? there) / recipe.batch);
}

/**
 * How far a training is.
 * @param {number} step
 * @param {number | null} total  null where that isn't known
 * @param {number | null} pace  updates a second
 */
export function progressWords(step, total, pace) {
  const of = total === null ? "" : ` of ${counted(total)}`;
  const quick =
    pace === null ? "" : ` · ${pace < 10 ? pace.toFixed(1) : counted(Math.round(pace))} updates a second`;
  return `Step ${counted(step)}${of}${quick}`;
}

const LEAST = 1000; // milliseconds: what comes at once when one begins to look says nothing

/**
 * How fast a training is, by what was seen of it.
 * @param {{step: number, time: number}[]} seen  milliseconds
 * @returns {number | null} updates a second; null where it stood still, or was seen too shortly
 */
export function paceOf(seen) {
  const [first, last] = [seen[0], seen[seen.length - 1]];
  if (seen.length < 2 || last.step <= first.step || last.time - first.time < LEAST) return null;
  return (1000 * (last.step - first.step)) / (last.time - first.time);
}

/**
 * The line to type where the page can't train.
 * @param {Order["recipe"] | null} recipe  of the recording that is shown
 */
export function lineToType(recipe) {
  return `handlens train ${recipe?.name ?? "default"} --view`;
}
