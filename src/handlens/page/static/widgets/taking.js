// Items that are picked in a room become the page's input.

/** @import {Actions, View} from "#app/app/view.js" */

import { pixelsOfDigit } from "#app/reading/input.js";

/** Of several picks the last counts; none once something else was drawn or chosen meanwhile. */
export class Taking {
  #actions;
  #fault;
  #picks = 0;

  /**
   * @param {Actions} actions
   * @param {(error: unknown) => void} fault
   */
  constructor(actions, fault) {
    this.#actions = actions;
    this.#fault = fault;
  }

  /**
   * @param {View} view
   * @param {string} set
   * @param {number} position
   * @returns {Promise<boolean>}  whether it became the input
   */
  async take(view, set, position) {
    const pick = ++this.#picks;
    const before = view.input;
    try {
      const input = await pixelsOfDigit(view.run, set, position);
      if (pick !== this.#picks || view.input !== before) return false;
      this.#actions.take(input);
      return true;
    } catch (error) {
      this.#fault(error);
      return false;
    }
  }
}
