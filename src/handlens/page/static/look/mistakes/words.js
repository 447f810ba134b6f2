// The room's sentences.

/** @import {Chosen} from "#app/app/view.js" */
/** @import {Filter, Sort} from "#app/look/mistakes/state.js" */

import { counted, percent } from "#app/widgets/words.js";

/** @type {Record<Filter, string>} */
export const FILTER_WORDS = { mistakes: "Mistakes", doubtful: "Wrong labels", all: "All" };

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
 */
export function heldWords(total, held) {
  if (total === 0) return "None in the set at this step.";
  const here = held < total ? `, ${held === 0 ? "none" : counted(held)} of them in this file` : "";
  return `${counted(total)} in the set${here}.`;
}

/**
 * An item of the gallery.
 * @typedef {object} Item
 * @property {string} label
 * @property {string} guess
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
  const read = label === guess ? label : `${label}→${guess}`;
  const told = Number.isNaN(confidence) ? "NaN" : sort === "loss" ? lossWords(item) : percent(confidence, 0);
  return `${doubted ? "? " : ""}${read} ${told}`;
}

/** @param {Item} item */
export function itemWords(item) {
  const { label, guess, confidence, doubted } = item;
  const read = label === guess ? `${label}, read rightly` : `${label}, read as ${guess}`;
  const doubt = doubted ? "; five of five people call its label wrong" : "";
  if (Number.isNaN(confidence)) return `${label}: its answer is no number${doubt}`;
  return `${read}, ${percent(confidence, 0)} sure, loss ${lossWords(item)}${doubt}`;
}

/** One decimal: the codes tell no more. @param {Item} item */
function lossWords({ loss, more }) {
  return `${more ? "≥ " : ""}${loss.toFixed(1)}`;
}

/**
 * What the captions mean.
 * @param {Sort} sort
 * @param {boolean} doubts  whether the set has labels known to be wrong
 */
export function legendWords(sort, doubts) {
  const what = `Under each: its label → what it is read as, ${sort === "loss" ? "its loss in nats" : "how surely"}.`;
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
 */
export function excessWords(excess) {
  if (Number.isNaN(excess)) return "Its answers are no numbers any more.";
  const points = Math.abs(100 * excess).toFixed(1);
  if (points === "0.0") return "On the whole it is as sure as it is right.";
  return `On the whole it is ${points} points ${excess > 0 ? "surer than it is right" : "less sure than it is right"}.`;
}
