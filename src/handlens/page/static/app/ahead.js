// The answers of all other frames, brought while nobody waits for them: then scrubbing is immediate.

/** @import {Model} from "#app/app/model.js" */
/** @import {View} from "#app/app/view.js" */

import { AGAIN } from "#app/app/model.js";
import { Unreachable } from "#app/errors.js";
import { fillOrder } from "#app/look/strip.js";

const AT_ONCE = 2;

/**
 * Coarse to fine, two at a time, as soon as a room wants them. Not of a training that goes on: it needs the
 * processor itself.
 */
export class Ahead {
  #model;
  #fault;
  #fetching = 0;
  /** Frames that were asked for. @type {Set<number>} */
  #asked = new Set();

  /**
   * @param {Model} model
   * @param {(error: unknown) => void} fault
   */
  constructor(model, fault) {
    this.#model = model;
    this.#fault = fault;
  }

  /** @param {View} view */
  update({ run, outcomes }) {
    // The present frame's come first.
    if (outcomes === null || run.about.status === "running" || !this.#model.asks) return;
    for (const place of fillOrder(run.steps.length)) {
      if (this.#fetching >= AT_ONCE) return;
      const step = run.steps[place];
      if (run.outcomes(step) !== undefined || this.#asked.has(step)) continue;
      this.#asked.add(step);
      this.#fetching++;
      run.fetchOutcomes(step).then(
        () => this.#fetched(),
        (error) => {
          this.#fault(error);
          if (error instanceof Unreachable) setTimeout(() => this.#again(step), AGAIN);
          this.#fetched();
        },
      );
    }
  }

  /** @param {number} step  that the server didn't give */
  #again(step) {
    this.#asked.delete(step);
    this.update(this.#model.view);
  }

  #fetched() {
    this.#fetching--;
    this.update(this.#model.view);
  }
}
