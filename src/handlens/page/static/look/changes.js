// What was changed while a training ran, in words, and the learning rate that held when.

/** @import {About} from "#app/source/about.js" */

import { number } from "#app/look/numbers.js";

/**
 * A moment at which something was changed.
 * @typedef {object} Mark
 * @property {number} step  updates done before it
 * @property {"lr" | "pause"} kind
 * @property {string} text
 */

/**
 * The moments, in their order. Of several rates at one step the last counts; a pause is one moment.
 * @param {Pick<About, "changes" | "recipe">} about
 * @returns {Mark[]}
 */
export function marksOf({ changes, recipe }) {
  /** @type {Mark[]} */
  const marks = [];
  let rate = recipe?.lr;
  let before = rate;
  for (const { step, field, value } of changes) {
    if (field === "pause") {
      if (value) marks.push({ step, kind: "pause", text: "paused" });
      continue;
    }
    const same = marks.find((mark) => mark.kind === "lr" && mark.step === step);
    if (same === undefined) before = rate;
    const text = `lr ${before === undefined ? "" : `${number(before)} → `}${number(value)}`;
    if (same === undefined) marks.push({ step, kind: "lr", text });
    else same.text = text;
    rate = value;
  }
  return marks;
}

/**
 * The rate of the update after a step; where the schedule isn't constant, its peak. Undefined where no recipe
 * tells of one.
 * @param {Pick<About, "changes" | "recipe">} about
 * @param {number} step
 * @returns {number | undefined}
 */
export function rateAt({ changes, recipe }, step) {
  const last = changes.filter((change) => change.field === "lr" && change.step <= step).at(-1);
  return last === undefined ? recipe?.lr : last.value;
}

/** Whether a training stands still, by what it told last. @param {Pick<About, "changes">} about */
export function isPaused({ changes }) {
  return changes.filter(({ field }) => field === "pause").at(-1)?.value === true;
}
