// Another recording beside the page's: at the page's step, or its own frame nearest to it, with the same input.

/** @import {View} from "#app/app/view.js" */
/** @import {Outcomes} from "#app/look/outcomes.js" */
/** @import {Source} from "#app/source/source.js" */

import { AGAIN } from "#app/app/model.js";
import { Unreachable } from "#app/errors.js";
import { softmax } from "#app/net/loss.js";
import { Network } from "#app/net/network.js";
import { same } from "#app/net/shapes.js";
import { Run } from "#app/source/run.js";

const REST = 150; // milliseconds without another step before its answers to a whole set are asked for

export class Beside {
  #changed;
  #fault;
  #stop;
  #fetching = false;
  /** @type {View["input"] | undefined} */
  #input;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #resting;
  /** Frames that couldn't be read, and those whose answers couldn't. @type {Set<number>} */
  #lost = new Set();
  /** @type {Set<number>} */
  #silent = new Set();
  #asked = NaN;
  /** Whether the server didn't answer when it was asked last. */
  #away = false;
  /** The frame whose weights the values belong to; NaN before the first. */
  step = NaN;
  /** Counts its forward passes. */
  computed = 0;
  /** @type {Outcomes | null} */
  outcomes = null;

  /**
   * @param {Source} source
   * @param {string} id
   * @param {() => void} changed  called whenever something came
   * @param {(error: unknown) => void} fault  is told null once the server answers again
   */
  static async open(source, id, changed, fault) {
    return new Beside(await Run.open(source, id), changed, fault);
  }

  /**
   * Use `Beside.open`.
   * @param {Run} run
   * @param {() => void} changed
   * @param {(error: unknown) => void} fault  is told null once the server answers again
   */
  constructor(run, changed, fault) {
    this.run = run;
    this.#changed = changed;
    this.#fault = fault;
    this.network = new Network(run.graph);
    this.probabilities = new Float32Array(run.graph.classes.length);
    this.#stop = run.source.watch(run.id, ({ status }) => {
      if (status === run.about.status && status !== "running") return;
      run.refresh().then(changed, fault);
    });
  }

  /** Be where the page is, as far as all is here; ask for what isn't. @param {View} view */
  follow({ step, input, run }) {
    const nearest = this.run.nearest(step);
    const weights = this.run.weights(nearest);
    if (weights === undefined) this.#fetch(nearest);
    else if (nearest !== this.step) {
      this.network.load(weights, `step ${nearest}`);
      this.step = nearest;
      this.#input = undefined;
    }
    if (!Number.isNaN(this.step) && input !== this.#input && this.fits(run)) {
      softmax(this.network.forward(input.pixels), this.probabilities);
      this.#input = input;
      this.computed++;
    }
    this.#look();
  }

  /** Whether it can be given what the page's network is given. @param {Run} run */
  fits(run) {
    return same(run.graph.input.shape, this.run.graph.input.shape);
  }

  close() {
    this.#stop();
    clearTimeout(this.#resting);
  }

  /** @param {number} step */
  #fetch(step) {
    if (this.#fetching || this.#lost.has(step)) return; // once one is here, what is wanted then is asked for
    this.#fetching = true;
    this.run
      .fetch(step)
      .then(() => this.#back())
      .catch((error) => this.#miss(this.#lost, step, error))
      .then(() => {
        this.#fetching = false;
        this.#changed();
      });
  }

  /** Take the answers to the rooms' set of the present step, or ask for them once it rests. */
  #look() {
    const { run, step } = this;
    const set = run.about.rooms?.set;
    if (this.outcomes !== null && this.outcomes.set !== set) this.outcomes = null;
    if (Number.isNaN(step) || !run.has("outputs") || this.outcomes?.step === step) return;
    this.outcomes = run.outcomes(step) ?? this.outcomes;
    if (this.outcomes?.step === step || step === this.#asked || this.#silent.has(step)) return;
    this.#asked = step;
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#bring(step), REST);
  }

  /** @param {number} step */
  async #bring(step) {
    try {
      await this.run.fetchOutcomes(step);
      this.#back();
    } catch (error) {
      this.#miss(this.#silent, step, error);
    }
    this.#asked = NaN;
    this.#changed();
  }

  /** The server has answered. */
  #back() {
    if (this.#away) this.#fault(null);
    this.#away = false;
  }

  /**
   * Don't ask for a frame again; of a server that didn't answer only after a while.
   * @param {Set<number>} missed
   * @param {number} step
   * @param {unknown} error
   */
  #miss(missed, step, error) {
    missed.add(step);
    this.#fault(error);
    if (!(error instanceof Unreachable)) return;
    this.#away = true;
    setTimeout(() => {
      missed.delete(step);
      this.#changed();
    }, AGAIN);
  }
}
