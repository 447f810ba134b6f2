// The timeline: loss, accuracy and the answers to the present input over the whole training. It is the scrubber.

/** @import {Actions, View} from "#app/app/view.js" */
/** @import {Run} from "#app/source/run.js" */
/** @import {Lanes} from "#app/widgets/timeline/lanes.js" */

import { argmax } from "#app/app/model.js";
import { Axis } from "#app/look/axis.js";
import { marksOf, rateAt } from "#app/look/changes.js";
import { smoothed } from "#app/look/curves.js";
import { number } from "#app/look/numbers.js";
import { counted, longest, percent } from "#app/widgets/words.js";
import { h, reserve, sharp, token, write } from "#app/widgets/dom.js";
import { drawCurves } from "#app/widgets/timeline/curves.js";
import { lanes } from "#app/widgets/timeline/lanes.js";
import { drawMarks } from "#app/widgets/timeline/marks.js";
import { drawNorms } from "#app/widgets/timeline/norms.js";
import { drawStrip } from "#app/widgets/timeline/strip.js";
import { drawTicks } from "#app/widgets/timeline/ticks.js";

const SPEEDS = [2, 4, 8, 16, 32];
const NO_ANSWER = "no answer"; // its numbers are no longer finite
const LEAP = 8; // frames that a page key goes: an octave of steps

export class Timeline {
  #element;
  #actions;
  #norms = false;
  /** What the still parts were drawn for: their size, and the recording as it was. */
  #drawn = "";
  /** @type {View["run"]["about"] | undefined} */
  #about;
  /** @type {View | undefined} */
  #view;
  /** @type {Axis | undefined} */
  #axis;
  /** @type {Lanes | undefined} */
  #lanes;
  #verb = h("span", {}, "Play");
  #play = h("button", { type: "button", class: "main play roomy" }, this.#verb);
  #said = h("span");
  #now = h("strong", { class: "now roomy" }, this.#said);
  #step = h("span");
  #more = h("span", { class: "more" });
  #scored = h("span");
  #readout = h("p", { class: "readout roomy" }, h("span", {}, this.#step, this.#more, this.#scored));
  #still = h("canvas", { "aria-hidden": "true" });
  #strip = h("canvas", { class: "strip", "aria-hidden": "true" });
  #playhead = h("div", { class: "playhead", "aria-hidden": "true" }, h("span"));
  #track = h("div", { class: "track", role: "slider", tabindex: "0", "aria-label": "Step of the training" });
  #speed = h("select", { "aria-label": "Speed in frames a second" });
  #kinds = h("div", { class: "segments", role: "group", "aria-label": "What the timeline is divided by" });

  /**
   * @param {HTMLElement} element
   * @param {Actions} actions
   * @param {View} view  without values yet: what doesn't need any is drawn already, so that nothing moves later
   */
  constructor(element, actions, view) {
    this.#element = element;
    this.#actions = actions;
    this.#track.append(this.#still, this.#strip, this.#playhead);
    element.append(this.#controls(), this.#track);
    this.#drawStill(view);
    this.#drawStrip(view);
    this.#listen();
  }

  /** @param {View} view */
  update(view) {
    this.#view = view;
    this.#drawStill(view);
    this.#drawStrip(view);
    this.#tell(view);
  }

  #controls() {
    this.#play.addEventListener("click", () => this.#toggle());
    for (const speed of SPEEDS) this.#speed.append(h("option", { value: speed }, `${speed} frames/s`));
    this.#speed.addEventListener("change", () => this.#actions.speed(Number(this.#speed.value)));
    for (const [kind, text, title] of /** @type {const} */ ([
      [
        "frames",
        "equal frames",
        "The first steps change most and were recorded most closely: they get more room",
      ],
      ["steps", "equal steps", "Time as it passed: each step takes the same room"],
    ])) {
      const button = h("button", { type: "button", title, "data-kind": kind }, text);
      button.addEventListener("click", () => this.#actions.axis(kind));
      this.#kinds.append(button);
    }
    const norms = h("input", { type: "checkbox" });
    norms.addEventListener("change", () => {
      this.#norms = norms.checked;
      if (this.#view) this.update(this.#view);
    });
    const request = h(
      "label",
      { class: "norms", title: "How strongly each layer was pushed" },
      norms,
      "gradient norms",
    );
    return h(
      "div",
      { class: "controls" },
      this.#play,
      this.#speed,
      this.#now,
      this.#readout,
      request,
      this.#kinds,
    );
  }

  #listen() {
    const track = this.#track;
    track.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      track.setPointerCapture(event.pointerId);
      this.#scrub(event);
    });
    track.addEventListener("pointermove", (event) => {
      if (track.hasPointerCapture(event.pointerId)) this.#scrub(event);
    });
    track.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#view && this.update(this.#view)).observe(this.#element);
    new ResizeObserver(() => {
      const height = this.#element.getBoundingClientRect().height;
      document.documentElement.style.setProperty("--timeline-height", `${Math.round(height)}px`);
    }).observe(this.#element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#drawn = "";
      if (this.#view) this.update(this.#view);
    });
  }

  /** @param {PointerEvent} event */
  #scrub(event) {
    if (!this.#axis || !this.#lanes) return;
    const left = event.clientX - this.#track.getBoundingClientRect().left;
    const place = (left - this.#lanes.left) / this.#lanes.width;
    this.#actions.scrub(this.#axis.step(Math.min(Math.max(place, 0), 1)));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowRight: () => this.#actions.move(1),
      ArrowUp: () => this.#actions.move(1),
      ArrowLeft: () => this.#actions.move(-1),
      ArrowDown: () => this.#actions.move(-1),
      PageUp: () => this.#actions.move(LEAP),
      PageDown: () => this.#actions.move(-LEAP),
      Home: () => this.#actions.scrub(0),
      End: () => this.#actions.scrub(Infinity),
      " ": () => this.#toggle(),
    };
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  }

  #toggle() {
    if (this.#view?.playing) this.#actions.pause();
    else this.#actions.play();
  }

  /** Curves, norms and ticks; they change only with the recording, the axis, the theme or the width. @param {View} view */
  #drawStill({ run, axis }) {
    if (run.about !== this.#about) this.#makeRoom(run);
    const width = this.#track.clientWidth;
    const scale = parseFloat(getComputedStyle(this.#track).fontSize) / 16;
    const shape = [width, window.innerHeight, scale, devicePixelRatio, axis, this.#norms];
    if (width === 0 || (shape.join() === this.#drawn && run.about === this.#about)) return;
    this.#drawn = shape.join();
    this.#about = run.about;
    this.#axis = new Axis(run.steps, run.about.total, axis);
    this.#lanes = lanes(width, run.graph.classes.length, this.#norms, window.innerHeight, scale);
    const context = sharp(this.#still, width, this.#lanes.strip.top);
    drawCurves(context, this.#lanes, this.#axis, run.about, token);
    drawMarks(context, this.#lanes, this.#axis, marksOf(run.about), token);
    if (this.#norms) drawNorms(context, this.#lanes, this.#axis, run.about, token);
    drawTicks(context, this.#lanes, this.#axis, run.steps, token);
  }

  /** For whatever may be said of a moment of this training. @param {Run} run */
  #makeRoom({ about, steps, graph }) {
    for (const control of [this.#play, this.#speed, this.#kinds]) control.hidden = steps.length === 1;
    reserve(this.#play, "Pause");
    reserve(
      this.#now,
      longest([`says ${longest(graph.classes)}, ${percent(1 - Number.EPSILON, 0)}`, NO_ANSWER]),
    );
    const told = steps.map((step) => moment(about, step));
    const [step, more, scored] = /** @type {const} */ (["step", "more", "scored"]).map((part) =>
      longest(told.map((words) => words[part])),
    );
    reserve(this.#readout, step + more + scored);
    this.#readout.dataset.brief = step + scored;
  }

  /** @param {View} view */
  #drawStrip(view) {
    if (!this.#lanes || !this.#axis) return;
    const context = sharp(this.#strip, this.#track.clientWidth, this.#lanes.strip.height);
    drawStrip(context, this.#lanes, this.#axis, view, token);
    this.#strip.classList.toggle("filling", !view.strip.whole);
  }

  /** Where the training is now, in numbers. @param {View} view */
  #tell({ run, wanted, step, playing, speed, axis, probabilities }) {
    const best = argmax(probabilities);
    const sure = probabilities[best];
    const says = `says ${run.graph.classes[best]}, ${percent(sure, 0)}`;
    write(this.#said, Number.isFinite(sure) ? says : NO_ANSWER);
    if (this.#axis && this.#lanes) {
      const x = this.#lanes.left + this.#axis.place(step) * this.#lanes.width;
      this.#playhead.style.transform = `translateX(${x.toFixed(1)}px)`;
    }
    write(this.#verb, playing ? "Pause" : "Play");
    this.#play.setAttribute("aria-label", playing ? "Pause the training" : "Play the training");
    this.#speed.value = String(speed);
    for (const button of this.#kinds.children) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-kind") === axis));
    }
    const told = moment(run.about, step);
    write(this.#step, told.step);
    write(this.#more, told.more);
    write(this.#scored, told.scored);
    const text = told.step + told.more + told.scored;
    const last = Math.max(run.about.total, run.steps[run.steps.length - 1]);
    const range = { min: 0, max: last, now: Math.round(wanted), text };
    for (const [name, value] of Object.entries(range))
      this.#track.setAttribute(`aria-value${name}`, String(value));
  }
}

/**
 * A moment of the training in words: they are said together, and a narrow screen leaves out the middle.
 * @param {import("#app/source/run.js").About} about
 * @param {number} step
 */
function moment(about, step) {
  const epoch = about.epochs.find(([last]) => step <= last);
  const loss = smoothed(about.losses, step);
  const scored = about.evaluations.filter((line) => line.step <= step).at(-1);
  const rate = about.changes.some(({ field }) => field === "lr") ? rateAt(about, step) : undefined;
  const more = [` of ${counted(about.total)}${about.status === "running" ? " so far" : ""}`];
  if (step > 0 && epoch !== undefined) more.push(`epoch ${epoch[1]}`);
  if (rate !== undefined) more.push(`rate ${number(rate)}`);
  if (loss !== undefined)
    more.push(`training loss ${loss < 1000 ? loss.toFixed(3) : loss.toExponential(1).replace("e+", "e")}`);
  return {
    step: `step ${counted(step)}`,
    more: more.join(" · "),
    scored: typeof scored?.accuracy === "number" ? ` · ${judged(scored, step)}` : "",
  };
}

/**
 * The last scoring, and when it was unless it was just now.
 * @param {{step: number, set: string, accuracy: number | null}} scored
 * @param {number} step
 */
function judged({ step: then, set, accuracy }, step) {
  const right = `${percent(accuracy ?? NaN)} of ${set} right`;
  return then === step ? right : `${right} at step ${counted(then)}`;
}
