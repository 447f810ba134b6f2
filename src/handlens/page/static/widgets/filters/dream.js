// The pictures that would excite a unit most, at six moments of the training.

/** @import {View} from "#app/app/view.js" */
/** @import {MapBox} from "#app/look/field.js" */
/** @import {Dreams} from "#app/look/filters/answers.js" */
/** @import {Layer} from "#app/look/filters/layers.js" */
/** @import {Arrays} from "#app/source/run.js" */

import { receptive } from "#app/look/field.js";
import { dreamsOf } from "#app/look/filters/answers.js";
import { indexOf, middle } from "#app/look/filters/layers.js";
import { nearest } from "#app/look/filters/kernels.js";
import { number } from "#app/look/numbers.js";
import { INPUT } from "#app/net/graph.js";
import { h, write } from "#app/widgets/dom.js";
import { cutOut } from "#app/widgets/filters/crop.js";
import { Offer } from "#app/widgets/offer.js";
import { counted } from "#app/widgets/words.js";

const KEY = "dreams.safetensors";
const CAUTION =
  "Below each: what it then sums up to. Each is one of many, found by climbing the gradient; nobody ever wrote it.";

/** @typedef {{button: HTMLElement, canvas: HTMLCanvasElement, step: HTMLElement, value: HTMLElement}} Moment */

export class Dreaming {
  #offer;
  #row = h("div", {
    class: "filters-moments",
    role: "group",
    "aria-label": "What would excite it most, by step",
  });
  #none = h(
    "p",
    { class: "quiet-text", hidden: true },
    "None was sought for this one: of a large network only the first few have one.",
  );
  /** @type {Moment[]} */
  #pool = [];
  #scrub;
  /** @type {unknown[]} */
  #painted = [];
  #at = -1;
  /** @type {Dreams | undefined} */
  #dreams;

  /**
   * @param {(step: number) => void} scrub
   * @param {() => void} onHere
   */
  constructor(scrub, onHere) {
    this.#scrub = scrub;
    const none = "They aren't in this page: they take long to find, and need a training that has ended.";
    this.#offer = new Offer({ ask: "Find these pictures", none }, onHere);
    const caution = h("p", { class: "quiet-text filters-caution" }, CAUTION);
    this.element = h("div", { class: "filters-dreams" }, this.#offer.element, this.#row, this.#none, caution);
  }

  /**
   * @param {View} view
   * @param {Layer} layer
   * @param {number} unit
   */
  update(view, layer, unit) {
    const { run, step } = view;
    const arrays = this.#offer.update(run, KEY);
    this.#row.hidden = arrays === undefined;
    if (arrays === undefined) return;
    const painted = [arrays, layer, unit];
    if (painted.some((part, i) => part !== this.#painted[i])) this.#paint(view, arrays, layer, unit);
    this.#painted = painted;
    const steps = this.#dreams?.steps ?? [];
    const at = steps.length === 0 ? -1 : nearest(steps, step);
    if (at === this.#at) return;
    this.#at = at;
    this.#pool.forEach(({ button }, i) => button.setAttribute("aria-pressed", String(i === at)));
  }

  /**
   * @param {View} view
   * @param {Arrays} arrays
   * @param {Layer} layer
   * @param {number} unit
   */
  #paint({ run: { graph } }, arrays, layer, unit) {
    const dreams = dreamsOf(arrays, layer, unit, graph.input.shape);
    this.#dreams = dreams;
    this.#none.hidden = dreams.pictures.length > 0;
    while (this.#pool.length < dreams.pictures.length) this.#grow();
    const box = fieldOf(graph, layer, unit);
    this.#pool.forEach(({ button, canvas, step, value }, i) => {
      button.hidden = i >= dreams.pictures.length;
      if (button.hidden) return;
      cutOut(dreams.pictures[i], graph.input.shape, box, canvas);
      write(step, `step ${counted(dreams.steps[i])}`);
      write(value, number(dreams.values[i]));
    });
    this.#at = -1;
  }

  #grow() {
    const place = this.#pool.length;
    const [canvas, step, value] = [
      h("canvas", { "aria-hidden": "true" }),
      h("span", {}),
      h("span", { class: "number" }),
    ];
    const button = h("button", { type: "button", "aria-pressed": "false" }, canvas, step, value);
    button.addEventListener("click", () => this.#dreams && this.#scrub(this.#dreams.steps[place]));
    this.#row.append(button);
    this.#pool.push({ button, canvas, step, value });
  }
}

/**
 * What a unit reads of the picture at the middle of its map.
 * @param {import("#app/net/graph.js").Graph} graph
 * @param {Layer} layer
 * @param {number} unit
 * @returns {MapBox}
 */
function fieldOf(graph, layer, unit) {
  const shape = graph.shape(layer.sums);
  const index = indexOf(shape, layer, unit, middle(shape, layer));
  const [channels, height, width] = graph.input.shape;
  const found = /** @type {MapBox | undefined} */ (receptive(graph, layer.sums, index).get(INPUT));
  return found ?? { channels: [0, channels], top: 0, left: 0, bottom: height, right: width };
}
