// The room "Why": which pixels made it say so, asked in four ways.

/** @import {Actions, View} from "#app/app/view.js" */
/** @import {Told} from "#app/look/why/methods.js" */
/** @import {Asked} from "#app/look/why/state.js" */

import { argmax } from "#app/app/model.js";
import { idle } from "#app/app/time.js";
import { Work } from "#app/app/work.js";
import { number } from "#app/look/numbers.js";
import { acrossChannels, atOnce, integratedSlowly, METHODS, occlusionSlowly } from "#app/look/why/methods.js";
import { outline, pathOf } from "#app/look/why/outline.js";
import { questionOf, readAsked, writeAsked } from "#app/look/why/state.js";
import { placeWords } from "#app/look/why/words.js";
import { Network } from "#app/net/network.js";
import { h, write } from "#app/widgets/dom.js";
import { Panel } from "#app/widgets/why/panel.js";
import { Asking } from "#app/widgets/why/question.js";

const SLICE = 6; // milliseconds of the slow maps at a time, even where the page is never idle
const REST = 120; // milliseconds: so often the quick maps follow, so long nothing changes before the slow ones

/**
 * The quick maps follow what is drawn and scrubbed, the slow ones come once it rests; until then they are
 * pale. It computes with a network of its own: the page's keeps the values and gradients that are shown.
 */
export class Why {
  #panels = {
    saliency: new Panel(METHODS.saliency, (...to) => this.#point("saliency", ...to)),
    integrated: new Panel(METHODS.integrated, (...to) => this.#point("integrated", ...to)),
    occlusion: new Panel(METHODS.occlusion, (...to) => this.#point("occlusion", ...to)),
    gradcam: new Panel(METHODS.gradcam, (...to) => this.#point("gradcam", ...to)),
  };
  #all = Object.values(this.#panels);
  #voice = h("p", { class: "unseen", "aria-live": "polite" });
  #work = new Work(idle);
  /** @type {Network | undefined} */
  #network;
  #asking;
  /** @type {View | undefined} */
  #view;
  /** @type {Asked} */
  #asked = { subject: null, rival: null };
  /** What the maps belong to, or are being computed for. @type {unknown[]} */
  #shown = [];
  /** @type {View["input"] | undefined} */
  #traced;
  /** @type {View["tables"] | undefined} */
  #tables;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #later;
  #last = -Infinity;
  /** @type {number | null} */
  #at = null;

  /**
   * @param {HTMLElement} element
   * @param {Actions} actions
   */
  constructor(element, actions) {
    this.#asking = new Asking((asked) => actions.room("why", writeAsked(asked)));
    const maps = h("div", { class: "why-maps" }, ...this.#all.map((panel) => panel.element));
    element.classList.add("why");
    element.append(h("div", { class: "why-layout" }, this.#asking.element, maps), this.#voice);
  }

  /** @param {View} view */
  update(view) {
    if (this.#view === undefined) this.#build(view);
    this.#view = view;
    this.#asked = readAsked(view.rooms.why, view.run.graph.classes.length);
    const answer = argmax(view.probabilities);
    const question = questionOf(this.#asked, answer);
    this.#asking.update(view, this.#asked, question, answer);
    if (view.input !== this.#traced) this.#trace(view);
    const shown = [view.computed, question.subject, question.rival];
    if (shown.some((part, i) => part !== this.#shown[i])) this.#stir(shown);
    if (view.tables !== this.#tables) for (const panel of this.#all) panel.colour(view.tables);
    this.#tables = view.tables;
  }

  /**
   * Show one pixel in all maps.
   * @param {keyof typeof METHODS} name  of the map that is pointed at
   * @param {number | null} index
   * @param {boolean} byKey  what a pointer passes over isn't said: it would be a flood
   */
  #point(name, index, byKey) {
    const view = this.#view;
    if (view === undefined) return; // nothing is shown yet
    this.#at = index;
    for (const panel of this.#all) panel.point(index);
    this.#asking.point(view, index);
    if (!byKey || index === null) return;
    const value = number(this.#panels[name].valueAt(index));
    write(this.#voice, `${placeWords(index, view.run.graph.input.shape[2])}: ${value}`);
  }

  closed() {
    this.#stop();
    this.#shown = [];
  }

  /** @param {View} view */
  #build(view) {
    const [, height, width] = view.run.graph.input.shape;
    this.#network = new Network(view.run.graph);
    this.#asking.build(view);
    for (const panel of this.#all) panel.arrange(height, width);
  }

  /** @param {View} view */
  #trace(view) {
    const { input, run } = view;
    const [channels, height, width] = run.graph.input.shape;
    const gray = acrossChannels(input.pixels, channels, (one, other) => one + other);
    const path = pathOf(outline(gray, height, width));
    for (const panel of this.#all) panel.trace(path);
    this.#traced = input;
    this.#asking.point(view, this.#at);
  }

  #stop() {
    clearTimeout(this.#soon);
    clearTimeout(this.#later);
    this.#soon = undefined;
    this.#work.stop();
  }

  /** @param {unknown[]} shown  what is asked now */
  #stir(shown) {
    this.#shown = shown;
    for (const panel of this.#all) panel.stale();
    this.#work.stop();
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.#slow(), REST);
    this.#soon ??= setTimeout(() => this.#quick(), Math.max(this.#last + REST - performance.now(), 0));
  }

  #quick() {
    this.#soon = undefined;
    this.#last = performance.now();
    const ask = this.#ask();
    if (ask === null) return;
    const { saliency, gradcam } = atOnce(ask);
    this.#panels.saliency.show(saliency, ask.tables);
    this.#panels.gradcam.show(gradcam, ask.tables);
  }

  #slow() {
    const ask = this.#ask();
    if (ask === null) return;
    const { integrated, occlusion } = this.#panels;
    const begin = () =>
      this.#each([
        [integrated, integratedSlowly(ask)],
        [occlusion, occlusionSlowly(ask)],
      ]);
    this.#work.start(this.#shown.join(" "), begin, () => {});
  }

  /**
   * One after the other, each shown as soon as it is there.
   * @param {[Panel, Generator<number, Told>][]} jobs
   * @returns {Generator<number, void>}
   */
  *#each(jobs) {
    for (const [panel, job] of jobs) {
      let until = performance.now() + SLICE;
      let step = job.next();
      for (; !step.done; step = job.next()) {
        if (performance.now() < until) continue;
        panel.progress(step.value);
        yield step.value;
        until = performance.now() + SLICE;
      }
      panel.show(step.value, /** @type {View} */ (this.#view).tables);
    }
  }

  /** What is asked of the network, with the weights of the step that is shown. */
  #ask() {
    const view = /** @type {View} */ (this.#view);
    const network = /** @type {Network} */ (this.#network);
    const { run, step, input, tables } = view;
    const weights = run.weights(step);
    if (weights === undefined) return null; // a growing recording gave that frame up; another is on its way
    network.load(weights, `step ${step}`);
    const question = questionOf(this.#asked, argmax(view.probabilities));
    return { network, pixels: input.pixels, question, tables };
  }
}
