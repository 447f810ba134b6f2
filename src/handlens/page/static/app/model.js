// The page's state and all that follows from it: no DOM, so that it runs under node too.

/** @import {Actions, Input, View} from "#app/app/view.js" */
/** @import {Tables} from "#app/look/colours.js" */
/** @import {Run} from "#app/source/run.js" */
/** @import {Door} from "#app/widgets/doors.js" */

import { Unreachable } from "#app/errors.js";
import { softmax } from "#app/net/loss.js";
import { Network } from "#app/net/network.js";
import { DOORS } from "#app/widgets/doors.js";

/** @typedef {(run: () => void) => void} Later  calls it once, soon: before the next picture is drawn */

export const AGAIN = 2000; // milliseconds until a server that didn't answer is asked once more

/**
 * One recording being looked at: a step on its timeline, an input, and the network's values for the two.
 *
 * Wishes come in through `actions`, as many as they like between two pictures; then everything is computed
 * once and the listeners see one consistent `View`.
 */
export class Model {
  #scheduled = false;
  #stale = true;
  /** Whether `label` is the input's own or was chosen; else it is what the network takes the input for. */
  #aimed;
  /** The input whose answer was last looked at: another step is no reason to take it for something else.
   * @type {Input | undefined} */
  #guessed;
  /** What the gradients there belong to. */
  #gradients = "";
  /** Frames that couldn't be read; their neighbours stand in for them. @type {Set<number>} */
  #lost = new Set();
  /** Frames whose outcomes couldn't be read. @type {Set<number>} */
  #silent = new Set();
  /** @type {((view: View) => void)[]} */
  #listeners = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #later;
  #fault;
  #doors;

  /**
   * @param {Run} run
   * @param {Input} input
   * @param {Tables} tables
   * @param {Later} later
   * @param {(error: unknown) => void} fault  is told what couldn't be read
   * @param {Pick<Door, "name" | "outcomes">[]} [doors]  of the rooms that there are
   */
  constructor(run, input, tables, later, fault, doors = DOORS) {
    this.#aimed = input.label !== null;
    this.#later = later;
    this.#fault = fault;
    this.#doors = doors;
    const classes = run.graph.classes.length;
    /** @type {View} */
    this.view = {
      run,
      wanted: run.steps[run.steps.length - 1],
      step: NaN,
      network: new Network(run.graph),
      computed: 0,
      input,
      logits: new Float32Array(classes),
      probabilities: new Float32Array(classes),
      strip: { answers: new Map(), whole: false },
      unit: null,
      pinned: false,
      show: "values",
      label: input.label ?? 0,
      playing: false,
      speed: 8,
      axis: "frames",
      tables,
      lost: false,
      rooms: {},
      outcomes: null,
      chosen: null,
    };
    /** @type {Actions} */
    this.actions = {
      scrub: (step) => this.change({ wanted: this.#within(step), playing: false }),
      move: (count) => this.actions.scrub(this.#beside(count)),
      play: () => this.#play(),
      pause: () => this.change({ playing: false }),
      speed: (speed) => this.change({ speed }),
      axis: (axis) => this.change({ axis }),
      take: (input) => this.take(input),
      focus: (unit) => this.view.pinned || this.change({ unit }),
      pin: (unit) => this.change({ unit, pinned: unit !== null }),
      show: (show) => this.change({ show }),
      aim: (label) => {
        this.#aimed = true;
        this.change({ label });
      },
      open: () => {},
      follow: () => {},
      room: (name, state) => this.#room(name, state),
      choose: (chosen) => this.change({ chosen }),
    };
  }

  /** Whether a room that is open looks at the outcomes. */
  get asks() {
    const { run, rooms } = this.view;
    return this.#doors.some(({ name, outcomes }) => outcomes && name in rooms) && run.has("outputs");
  }

  /** @param {(view: View) => void} listener  called after every change */
  listen(listener) {
    this.#listeners.push(listener);
  }

  /** @param {Partial<View>} fields */
  change(fields) {
    Object.assign(this.view, fields);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#later(() => this.#settle());
  }

  /** @param {Input} input */
  take(input) {
    this.#stale = true;
    const goesOn = this.view.input.from.kind === "drawing" && input.from.kind === "drawing";
    this.#aimed = input.label !== null || (goesOn && this.#aimed);
    this.change({ input, label: input.label ?? this.view.label });
  }

  #settle() {
    this.#scheduled = false;
    this.#load();
    if (Number.isNaN(this.view.step)) return; // the first frame is on its way
    this.#compute();
    this.#look();
    for (const listener of this.#listeners) listener(this.view);
  }

  /** Take the weights of the wanted step where they are here; else ask for them and come again. */
  #load() {
    const { view } = this;
    const step = this.#frame();
    if (step === undefined || step === view.step) return;
    const weights = view.run.weights(step);
    if (weights === undefined) {
      view.run.fetch(step).then(
        () => this.change({}),
        (error) => this.#lose(step, error),
      );
      return;
    }
    view.network.load(weights, `step ${step}`);
    view.step = step;
    this.#stale = true;
  }

  /** Take the outcomes of the present step where they are here; else ask for them and come again. */
  #look() {
    const { view } = this;
    const { run, step } = view;
    if (view.outcomes !== null && view.outcomes.set !== run.about.rooms?.set) {
      view.outcomes = null;
      view.chosen = null;
    }
    if (view.outcomes?.step === step || this.#silent.has(step) || !this.asks) return;
    const here = run.outcomes(step);
    if (here !== undefined) {
      view.outcomes = here;
      return;
    }
    run.fetchOutcomes(step).then(
      () => this.change({}),
      (error) => {
        this.#fault(error);
        if (error instanceof Unreachable) setTimeout(() => this.change({}), AGAIN);
        else this.#silent.add(step);
      },
    );
  }

  /** The frame that the wanted step stands for, of those that can be read. */
  #frame() {
    const { run, wanted } = this.view;
    const nearest = run.nearest(wanted);
    const lost = (/** @type {number} */ step) => this.#lost.has(step) && run.weights(step) === undefined;
    if (!lost(nearest)) return nearest;
    const away = (/** @type {number} */ step) => Math.abs(step - nearest);
    return run.steps.filter((step) => !lost(step)).sort((a, b) => away(a) - away(b))[0];
  }

  /**
   * @param {number} step
   * @param {unknown} error
   */
  #lose(step, error) {
    this.#fault(error);
    if (error instanceof Unreachable) {
      setTimeout(() => this.change({}), AGAIN);
      return;
    }
    this.#lost.add(step);
    this.change({});
  }

  #compute() {
    const { view } = this;
    if (this.#stale) {
      view.logits = view.network.forward(view.input.pixels);
      softmax(view.logits, view.probabilities);
      if (!this.#aimed && this.#guessed !== view.input) view.label = argmax(view.probabilities);
      this.#guessed = view.input;
      view.computed++;
      this.#stale = false;
    }
    const gradients = `${view.computed} ${view.label}`;
    if (view.show === "gradients" && gradients !== this.#gradients) {
      view.network.backward(view.label);
      this.#gradients = gradients;
    }
  }

  /**
   * @param {string} name
   * @param {string | null} state
   */
  #room(name, state) {
    const others = Object.entries(this.view.rooms).filter(([other]) => other !== name);
    this.change({ rooms: Object.fromEntries(state === null ? others : [...others, [name, state]]) });
  }

  /** @param {number} step */
  #within(step) {
    return Math.min(Math.max(step, 0), Math.max(this.view.run.about.total, this.#last));
  }

  get #last() {
    return this.view.run.steps[this.view.run.steps.length - 1];
  }

  /** The step of the frame so many frames from the present one. @param {number} count */
  #beside(count) {
    const { run, wanted } = this.view;
    const at = run.steps.indexOf(run.nearest(wanted)) + count;
    return run.steps[Math.min(Math.max(at, 0), run.steps.length - 1)];
  }

  #play() {
    if (this.view.run.nearest(this.view.wanted) === this.#last) this.view.wanted = this.view.run.steps[0];
    this.change({ playing: true });
    clearTimeout(this.#timer);
    const tick = () => {
      if (!this.view.playing) return;
      const next = this.#beside(1);
      // A frame that isn't here yet is waited for, so that none is skipped.
      if (this.view.step === this.#frame()) {
        this.change({ wanted: next, playing: next !== this.#last });
      }
      this.#timer = setTimeout(tick, 1000 / this.view.speed);
    };
    this.#timer = setTimeout(tick, 1000 / this.view.speed);
  }
}

/**
 * The place of the largest value; the first of equals.
 * @param {ArrayLike<number>} values
 */
export function argmax(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
