// The trainings that the page's server runs: what may be ordered, and what is told to one that runs.

import { ask } from "#app/source/ask.js";

/**
 * What a form must know of a field of the recipe.
 * @typedef {object} FieldFacts
 * @property {"integer" | "number" | "integers" | "numbers" | "choice" | "text"} type  the plurals: two of them
 * @property {boolean} optional  whether it may be null
 * @property {string} about
 * @property {number} [min]
 * @property {number} [max]
 * @property {number} [above]  it may come near, but not be that
 * @property {number} [below]
 * @property {string[]} [choices]
 */

/** @typedef {Record<string, any>} Recipe */

/**
 * @typedef {object} LiveFacts
 * @property {boolean} there  whether a training can be started
 * @property {string | null} why  it can't
 * @property {Record<string, Recipe>} recipes  the presets by name
 * @property {Record<string, FieldFacts>} fields
 * @property {Record<string, Record<string, number>>} digits  how many, by data and split
 * @property {{run: string, paused: boolean, total: number}[]} running
 * @property {number} most  trainings at once
 */

/**
 * What is to be trained: a recipe's fields, "preset" among them, that differ; from nothing, from a frame, or
 * as a recording was.
 * @typedef {object} Order
 * @property {Recipe} recipe
 * @property {{run: string, step: number}} [from]
 * @property {{run: string, changes: boolean}} [again]  `changes`: those made by hand too
 */

/** @typedef {{parameters: number, updates: number, digits: number}} Plan */

/** @typedef {"pause" | "go on" | "stop" | "resume" | "change"} Wish */

export class Live {
  /** @returns {Promise<LiveFacts>} */
  async about() {
    return (await ask("/live.json")).json();
  }

  /**
   * How large a training would be; an order that would be refused is refused.
   * @param {Order} order
   * @returns {Promise<Plan>}
   */
  async plan(order) {
    return (await ask("/plan", order)).json();
  }

  /**
   * Start a training; answered when it is being recorded.
   * @param {Order} order
   * @returns {Promise<string>}  the recording's id
   */
  async start(order) {
    return (await (await ask("/live", order)).json()).run;
  }

  /**
   * @param {string} run
   * @param {Wish} wish
   * @param {number} [value]  the learning rate to change to
   */
  async tell(run, wish, value) {
    await ask(`/live/${encodeURIComponent(run)}`, { do: wish, value });
  }
}
