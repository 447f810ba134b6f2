// A resource of the rooms for every frame: the present frame's first, the others while nobody waits.

/** @import {Arrays, Run} from "#app/source/run.js" */

import { AGAIN } from "#app/app/model.js";
import { Unreachable } from "#app/errors.js";
import { fillOrder } from "#app/look/strip.js";

/**
 * One at a time: where a server computes them, it isn't given more to do than somebody looks at. Of a
 * training that goes on only the frames that are looked at: it needs the processor itself.
 */
export class Series {
  #keyOf;
  #onCame;
  #busy = false;
  #open = false;
  /** @type {Run | undefined} */
  #run;
  #step = NaN;
  /** Why some can't be had, by key. @type {Map<string, string>} */
  #faults = new Map();
  /** What came last: of a training it may be all there is, its newest frame is always on the way.
   * @type {{step: number, arrays: Arrays} | null} */
  latest = null;

  /**
   * @param {(run: Run, step: number) => string} keyOf
   * @param {() => void} onCame  that of the present frame is here, or can't be had; of a training, any
   */
  constructor(keyOf, onCame) {
    this.#keyOf = keyOf;
    this.#onCame = onCame;
  }

  /**
   * That of a frame, if it is here; else it is brought.
   * @param {Run} run
   * @param {number} step
   * @returns {Arrays | undefined}
   */
  at(run, step) {
    this.#run = run;
    this.#step = step;
    this.#open = true;
    this.#bring();
    return run.partHere(this.#keyOf(run, step));
  }

  /** Why that of the present frame can't be had; "" while it can. */
  get fault() {
    return (this.#run && this.#faults.get(this.#keyOf(this.#run, this.#step))) ?? "";
  }

  /** Bring nothing more until `at` is called again. */
  stop() {
    this.#open = false;
  }

  async #bring() {
    const run = this.#run;
    const step = this.#busy || !this.#open ? undefined : this.#next();
    if (run === undefined || step === undefined) return;
    this.#busy = true;
    const key = this.#keyOf(run, step);
    try {
      this.latest = { step, arrays: await run.part(key) };
    } catch (error) {
      this.#faults.set(key, error instanceof Error ? error.message : String(error));
      if (error instanceof Unreachable) setTimeout(() => this.#again(key), AGAIN);
    }
    this.#busy = false;
    if (this.#open && (step === this.#step || run.about.status === "running")) this.#onCame();
    this.#bring();
  }

  /** @param {string} key  that a server didn't give */
  #again(key) {
    this.#faults.delete(key);
    this.#bring();
  }

  /** The frame whose resource is to be brought next. */
  #next() {
    const run = /** @type {Run} */ (this.#run);
    const open = (/** @type {number} */ step) => {
      const key = this.#keyOf(run, step);
      return run.partHere(key) === undefined && !this.#faults.has(key);
    };
    if (open(this.#step)) return this.#step;
    if (run.about.status === "running") return undefined;
    return fillOrder(run.steps.length)
      .map((place) => run.steps[place])
      .find(open);
  }
}
