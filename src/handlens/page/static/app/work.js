// Long computations in the page's idle time.

/** @import {Idle} from "#app/app/filler.js" */

const LEAST = 1; // milliseconds left that are worth beginning with

/**
 * One computation at a time, as a generator: it yields how much is done, 0…1, as often as it can stop, and
 * returns its result. Another key drops the one before.
 */
export class Work {
  #idle;
  /** What is being done, or was done last. */
  #key = "";
  #turn = 0;
  /** How much is done, 0…1. */
  progress = 1;

  /** @param {Idle} idle */
  constructor(idle) {
    this.#idle = idle;
  }

  /**
   * Begin, unless this very thing is being done or was done last.
   * @template T
   * @param {string} key  what it is
   * @param {() => Generator<number, T>} begin
   * @param {(result: T) => void} onDone
   */
  start(key, begin, onDone) {
    if (key === this.#key) return;
    this.stop();
    this.#key = key;
    this.progress = 0;
    const turn = this.#turn;
    const steps = begin();
    const slice = (/** @type {() => number} */ timeLeft) => {
      if (turn !== this.#turn) return;
      do {
        const { done, value } = steps.next();
        if (done) {
          this.progress = 1;
          onDone(value);
          return;
        }
        this.progress = value;
      } while (timeLeft() > LEAST);
      this.#idle(slice);
    };
    this.#idle(slice);
  }

  /** Drop what is being done; the same may then begin again. */
  stop() {
    this.#turn++;
    this.#key = "";
    this.progress = 1;
  }
}
