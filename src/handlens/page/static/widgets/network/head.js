// A row's head: the stage's name, what it does, its scale, and one sentence on request.

/** @import {View} from "#app/app/view.js" */
/** @import {Graph} from "#app/net/graph.js" */

import { FAINT, paint, paintLog, paintPicture } from "#app/look/colours.js";
import { number } from "#app/look/numbers.js";
import { INPUT } from "#app/net/graph.js";
import { h, write } from "#app/widgets/dom.js";
import { Kernel } from "#app/widgets/network/kernel.js";
import { does, reads, teaches } from "#app/widgets/network/teach.js";
import { counted } from "#app/widgets/words.js";

export class Head {
  #low = h("span", { class: "number" });
  #middle = h("span", { class: "number" });
  #high = h("span", { class: "number" });
  #bar = h("canvas", { width: 255, height: 1, "aria-hidden": "true" });
  #broken = h("p", { class: "network-broken", hidden: true });
  /** What the scale was drawn for. @type {unknown[]} */
  #drawn = [];

  /**
   * @param {Graph} graph
   * @param {string} stage
   */
  constructor(graph, stage) {
    this.stage = stage;
    this.lesson = h("p", { class: "network-lesson", hidden: true }, teaches(graph, stage));
    const node = stage === INPUT ? undefined : graph.node(stage);
    const kernel = node?.op === "conv" ? graph.tensors.get(node.weights.weight) : undefined;
    this.kernel = node && kernel && new Kernel(node, kernel);
    const source = reads(graph, stage);
    this.element = h(
      "div",
      { class: "network-head" },
      this.#title(graph.shape(stage)),
      h("p", {}, does(graph, stage)),
      ...(source === "" ? [] : [h("p", { class: "network-reads" }, source)]),
      this.#scale(),
      this.#broken,
      ...(this.kernel === undefined ? [] : [this.kernel.element]),
    );
  }

  /** @param {readonly number[]} shape */
  #title(shape) {
    const why = h("button", { type: "button", class: "quiet network-why", "aria-expanded": "false" }, "?");
    why.setAttribute("aria-label", `What ${this.stage} does`);
    why.addEventListener("click", () => {
      this.lesson.hidden = !this.lesson.hidden;
      why.setAttribute("aria-expanded", `${!this.lesson.hidden}`);
    });
    const size = h("span", { class: "number network-shape" }, shape.map(counted).join(" × "));
    return h("div", { class: "network-title" }, h("h3", {}, this.stage), why, size);
  }

  #scale() {
    const marks = h("div", { class: "network-marks" }, this.#low, this.#middle, this.#high);
    return h("div", { class: "network-scale" }, this.#bar, marks);
  }

  /**
   * @param {View} view
   * @param {Float32Array} values  as they are shown
   */
  update(view, values) {
    const { show, tables, run } = view;
    const limit = show === "gradients" ? 1 : (run.about.ranges.stages[this.stage] ?? 1);
    const known = [show, tables.diverging, limit];
    if (known.some((part, i) => part !== this.#drawn[i])) {
      this.#drawn = known;
      this.#drawScale(view, limit);
    }
    const missing = broken(values);
    this.#broken.hidden = missing === 0;
    if (missing > 0) write(this.#broken, brokenWords(missing, values.length));
  }

  /**
   * @param {View} view
   * @param {number} limit
   */
  #drawScale({ show, tables }, limit) {
    const ink = this.stage === INPUT && show === "values";
    write(this.#low, ink ? "0" : number(-limit));
    write(this.#middle, ink ? "" : "0");
    write(this.#high, ink ? "1" : number(limit));
    const last = this.#bar.width - 1;
    const ramp = Float32Array.from({ length: last + 1 }, (_, i) => (2 * i) / last - 1);
    const image = new ImageData(this.#bar.width, 1);
    const out = new Uint32Array(image.data.buffer);
    const half = ramp.map((t) => (t + 1) / 2);
    if (ink) paintPicture(half, 1, tables.ink, out);
    else if (show === "gradients") paintLog(ramp.map(gradientAt), tables.diverging, out);
    else paint(ramp, 1, tables.diverging, out);
    /** @type {CanvasRenderingContext2D} */ (this.#bar.getContext("2d")).putImageData(image, 0, 0);
  }
}

/**
 * The gradient at a place -1…1 of the logarithmic scale: what `logarithmic` undoes.
 * @param {number} t
 */
export function gradientAt(t) {
  const steps = Math.abs(t) * 5;
  return Math.sign(t) * FAINT * (steps < 1 ? steps : 10 ** (steps - 1));
}

/**
 * How many numbers aren't finite.
 * @param {Float32Array} values
 */
export function broken(values) {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (!(values[i] - values[i] === 0)) count++;
  return count;
}

/**
 * @param {number} missing
 * @param {number} total
 */
export function brokenWords(missing, total) {
  if (missing === total) return `None of these ${counted(total)} is a number (yellow)`;
  return `${counted(missing)} of ${counted(total)} aren't numbers (yellow)`;
}
