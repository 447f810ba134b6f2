// The room's sentences.

/** @import {Chosen} from "#app/app/view.js" */
/** @import {Filter, Sort} from "#app/look/mistakes/state.js" */

import { number } from "#app/look/numbers.js";
import { counted, percent } from "#app/widgets/words.js";

/** @type {Record<Filter, string>} */
export const FILTER_WORDS = { mistakes: "Mistakes", doubtful: "Wrong labels", all: "All" };

/** What one item of a filter is called, and several. @type {Record<Filter, [string, string]>} */
const CALLED = {
  mistakes: [" mistake", " mistakes"],
  doubtful: [" wrong label", " wrong labels"],
  all: ["", ""],
};

/** @type {Record<Sort, string>} */
export const SORT_WORDS = {
  surest: "surest first",
  unsure: "least sure first",
  loss: "largest loss first",
  number: "by number",
};

/** Where chosen items come from. @type {Record<string, string>} */
const FROM = {
  lasso: "chosen with the lasso",
  neighbours: "neighbours",
  bin: "from one bar of the diagram",
  filter: "chosen by a filter",
};

/** "4 read as 9"; also of what is read rightly. @param {string} label @param {string} guess */
export function cellWords(label, guess) {
  return `${label} read as ${guess}`;
}

/**
 * @param {Chosen} chosen
 * @param {string[]} classes
 */
export function chosenWords(chosen, classes) {
  if (chosen.kind === "cell") return cellWords(classes[chosen.label], classes[chosen.guess]);
  return `${counted(chosen.positions.length)} ${FROM[chosen.from]}`;
}

/**
 * How many there are, and how many of them can be shown.
 * @param {number} total  in the whole set
 * @param {number} held
 * @param {Filter} [filter]  that they are shown by
 */
export function heldWords(total, held, filter = "all") {
  if (total === 0) return "None in the set at this step.";
  const here = held < total ? `, ${held === 0 ? "none" : counted(held)} of them in this file` : "";
  return `${counted(total)}${CALLED[filter][total === 1 ? 0 : 1]} in the set${here}.`;
}

/**
 * An item of the gallery.
 * @typedef {object} Item
 * @property {string} label
 * @property {string} guess  "" where it gave no answer
 * @property {number} confidence
 * @property {number} loss
 * @property {boolean} more  the loss is that at least: its code goes no further
 * @property {boolean} doubted
 */

/**
 * What stands under an item: "4→9 98 %"; a question mark where the label is doubted.
 * @param {Item} item
 * @param {Sort} sort
 */
export function captionWords(item, sort) {
  const { label, guess, confidence, doubted } = item;
  const doubt = doubted ? "? " : "";
  if (Number.isNaN(confidence)) return `${doubt}${label}: none`;
  const read = label === guess ? label : `${label}→${guess}`;
  return `${doubt}${read} ${sort === "loss" ? lossWords(item) : percent(confidence, 0)}`;
}

/**
 * @param {Item} item
 * @param {number} [exact]  its loss, where that is known better than from its code
 */
export function itemWords(item, exact = NaN) {
  const { label, guess, confidence, doubted } = item;
  const read = label === guess ? `${label}, read rightly` : `${label}, read as ${guess}`;
  const doubt = doubted ? "; five of five people call its label wrong" : "";
  const told = Number.isFinite(exact) ? number(exact) : lossWords(item);
  if (Number.isNaN(confidence)) return `${label}, no answer${doubt}`;
  return `${read}, ${percent(confidence, 0)} sure, loss ${told}${doubt}`;
}

/** One decimal: the codes tell no more. @param {Item} item */
function lossWords({ loss, more }) {
  return loss < 0.05 ? "< 0.1" : `${more ? "≥ " : ""}${loss.toFixed(1)}`;
}

/**
 * What the captions mean.
 * @param {Sort} sort
 * @param {boolean} doubts  whether the set has labels known to be wrong
 */
export function legendWords(sort, doubts) {
  const what = `Under each: its label → what it is read as, ${sort === "loss" ? "its loss" : "how surely"}.`;
  const doubt = "“?”: five of five people call the label wrong (Northcutt, Athalye and Mueller 2021).";
  return doubts ? `${what} ${doubt}` : what;
}

/** "0.73–0.80". @param {number} bin @param {number} bins */
export function binWords(bin, bins) {
  return `${(bin / bins).toFixed(2)}–${((bin + 1) / bins).toFixed(2)}`;
}

/**
 * Whether it promises too much, on the whole.
 * @param {number} excess  mean confidence less accuracy
 * @param {number} [smoothing]  of the labels that it was trained on
 */
export function excessWords(excess, smoothing = 0) {
  if (Number.isNaN(excess)) return "There is nothing to compare: its numbers are no longer finite.";
  const points = Math.abs(100 * excess).toFixed(1);
  if (points === "0.0") return "On the whole it is as sure as it is right.";
  if (excess > 0) return `On the whole it is ${points} points surer than it is right.`;
  const taught =
    smoothing > 0 ? ` It was taught to be: label smoothing of ${smoothing} forbids it to be quite sure.` : "";
  return `On the whole it is ${points} points less sure than it is right.${taught}`;
}
