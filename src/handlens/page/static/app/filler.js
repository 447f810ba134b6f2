// The answers of every frame to the present input, computed while nothing else is to be done.

/** @import {Model} from "#app/app/model.js" */
/** @import {View} from "#app/app/view.js" */

import { AGAIN } from "#app/app/model.js";
import { Unreachable } from "#app/errors.js";
import { softmax } from "#app/net/loss.js";
import { Network } from "#app/net/network.js";
import { fillOrder } from "#app/look/strip.js";

/** @typedef {(run: (timeLeft: () => number) => void) => void} Idle  calls it once, when there is time */

const LEAST = 1; // milliseconds left that are worth beginning with
const AT_ONCE = 4; // frames fetched at a time
const SLOW = 50; // milliseconds for an answer that block the page; then only a few frames answer
const FEW = 9; // both ends, the middle, the quarters and the eighths

/**
 * Fills `view.strip`: coarse to fine, so that its shape is seen at once. Frames are fetched for it, which
 * makes scrubbing immediate too.
 */
export class Filler {
  #model;
  #idle;
  #fault;
  #network;
  /** @type {number[]} steps still to be answered */
  #open = [];
  /** @type {View["input"] | undefined} */
  #input;
  /** The steps that were there; after another look at the recording it is another list. @type {number[]} */
  #frames = [];
  #waiting = false;
  #fetching = 0;
  /** How many frames answer. */
  #most = Infinity;
  /** Frames that were asked for, and those of them that can't be read. @type {Set<number>} */
  #asked = new Set();
  /** @type {Set<number>} */
  #lost = new Set();

  /**
   * @param {Model} model
   * @param {Idle} idle
   * @param {(error: unknown) => void} fault
   */
  constructor(model, idle, fault) {
    this.#model = model;
    this.#idle = idle;
    this.#fault = fault;
    this.#network = new Network(model.view.run.graph);
  }

  /** Begin again where the input is another, or the recording was looked at again. @param {View} view */
  update({ input, run, strip }) {
    if (input === this.#input && run.steps === this.#frames) return;
    // While an input is being answered, answers to the one before may stand in: those still open stay so.
    const open = new Set(input === this.#input ? this.#open : run.steps);
    this.#open = fillOrder(run.steps.length)
      .slice(0, this.#most)
      .map((place) => run.steps[place])
      .filter((step) => (open.has(step) || !strip.answers.has(step)) && !this.#lost.has(step));
    strip.whole = this.#open.length === 0;
    this.#input = input;
    this.#frames = run.steps;
    this.#wake();
  }

  #wake() {
    this.#fetch();
    if (this.#waiting || this.#open.length === 0) return;
    this.#waiting = true;
    this.#idle((timeLeft) => this.#fill(timeLeft));
  }

  /** @param {() => number} timeLeft */
  #fill(timeLeft) {
    this.#waiting = false;
    const { run, input, strip } = this.#model.view;
    if (input !== this.#input) return; // update() comes soon
    const before = this.#open.length;
    do {
      const at = this.#open.findIndex((step) => run.weights(step) !== undefined);
      if (at < 0) break;
      const [step] = this.#open.splice(at, 1);
      const began = performance.now();
      strip.answers.set(step, this.#answer(step));
      if (performance.now() - began > SLOW) this.#spare();
    } while (timeLeft() > LEAST);
    strip.whole = this.#open.length === 0;
    if (this.#open.length < before) this.#model.change({});
    if (this.#open.some((step) => run.weights(step) !== undefined)) this.#wake();
  }

  /** Leave out all but a few frames: this network is large. */
  #spare() {
    const { steps } = this.#model.view.run;
    this.#most = FEW;
    const few = new Set(fillOrder(steps.length).slice(0, FEW));
    this.#open = this.#open.filter((step) => few.has(steps.indexOf(step)));
  }

  /** @param {number} step */
  #answer(step) {
    const { run, input } = this.#model.view;
    const weights = run.weights(step);
    if (weights !== undefined) this.#network.load(weights, `step ${step}`);
    return softmax(this.#network.forward(input.pixels));
  }

  #fetch() {
    const { run } = this.#model.view;
    for (const step of this.#open) {
      if (this.#fetching >= AT_ONCE) return;
      if (run.weights(step) !== undefined || this.#asked.has(step)) continue;
      this.#asked.add(step);
      this.#fetching++;
      run.fetch(step).then(
        () => this.#fetched(),
        (error) => {
          this.#fault(error);
          if (error instanceof Unreachable) setTimeout(() => this.#again(step), AGAIN);
          else this.#lose(step);
          this.#fetched();
        },
      );
    }
  }

  /** @param {number} step  of a frame that the server didn't give */
  #again(step) {
    this.#asked.delete(step);
    this.#wake();
  }

  /** @param {number} step  of a frame that can't be read */
  #lose(step) {
    this.#lost.add(step);
    this.#open = this.#open.filter((other) => other !== step);
    if (this.#open.length > 0) return;
    this.#model.view.strip.whole = true;
    this.#model.change({});
  }

  #fetched() {
    this.#fetching--;
    this.#wake();
  }
}
