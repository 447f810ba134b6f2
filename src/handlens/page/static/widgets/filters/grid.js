// The layers, and the units of one as tiles of their weights: a listbox in which the arrow keys move.

/** @import {View} from "#app/app/view.js" */
/** @import {Answers} from "#app/look/filters/answers.js" */
/** @import {Layer} from "#app/look/filters/layers.js" */
/** @import {Graph} from "#app/net/graph.js" */
/** @import {Weights} from "#app/net/types.js" */

import { paint } from "#app/look/colours.js";
import { dead, twinOf } from "#app/look/filters/answers.js";
import { byStrength, kernelOf, limitOf, tileForm, tileOf } from "#app/look/filters/kernels.js";
import { amount, kindOf, shortName, tileWords, unitName } from "#app/look/filters/words.js";
import { h, write } from "#app/widgets/dom.js";
import { placeAfter } from "#app/widgets/listbox.js";

/** @typedef {{option: HTMLElement, canvas: HTMLCanvasElement, name: HTMLElement, flag: HTMLElement}} Tile */

export class Grid {
  #layers = h("div", { class: "filters-layers", role: "group", "aria-label": "Layers" });
  #legend = h("p", { class: "quiet-text filters-legend" });
  #list = h("div", { class: "filters-tiles", role: "listbox" });
  element = h("div", { class: "filters-grid" }, this.#layers, this.#list, this.#legend);
  /** @type {Tile[]} */
  #pool = [];
  #count = 0;
  #chosen = -1;
  /** @type {Layer | undefined} */
  #layer;
  /** @type {unknown[]} what is painted */
  #painted = [];
  /** The channel that stands for each unit. @type {number[]} */
  #channels = [];
  /** The largest weight of what is shown of each. @type {number[]} */
  #limits = [];
  #image = new ImageData(1, 1);
  #choose;

  /** @param {(layer: Layer, unit: number) => void} choose */
  constructor(choose) {
    this.#choose = choose;
    this.#list.addEventListener("click", (event) => {
      const target = /** @type {Node} */ (event.target);
      this.#pick(this.#pool.findIndex(({ option }) => option.contains(target)));
    });
    this.#list.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {Layer[]} layers */
  build(layers) {
    const buttons = layers.map((layer) =>
      h("button", { type: "button", onclick: () => this.#choose(layer, 0) }, layer.name),
    );
    this.#layers.replaceChildren(...buttons);
    this.#layers.hidden = layers.length < 2;
  }

  /**
   * @param {View} view
   * @param {Layer} layer
   * @param {number} unit
   * @param {Answers | null} answers
   */
  update(view, layer, unit, answers) {
    const { run, step, tables } = view;
    if (layer !== this.#layer) this.#arrange(view.run.graph, layer);
    if (unit !== this.#chosen) this.#mark(unit);
    const last = run.weights(run.steps[run.steps.length - 1]);
    const painted = [layer, step, tables, answers, last];
    if (painted.every((part, i) => part === this.#painted[i])) return;
    if (answers !== this.#painted[3] || layer !== this.#painted[0]) this.#flag(run.graph, layer, answers);
    if (layer !== this.#painted[0] || last !== this.#painted[4])
      this.#represent(last ?? run.weights(step), layer);
    this.#painted = painted;
    this.#paint(view, layer);
  }

  /**
   * @param {Graph} graph
   * @param {Layer} layer
   */
  #arrange(graph, layer) {
    this.#layer = layer;
    this.#chosen = -1;
    this.#count = layer.units;
    for (const button of this.#layers.children) {
      button.setAttribute("aria-pressed", String(button.textContent === layer.name));
    }
    while (this.#pool.length < layer.units) this.#grow();
    const { height, width } = tileForm(layer);
    this.#image = new ImageData(width, height);
    this.#pool.forEach(({ option, canvas, name }, unit) => {
      option.hidden = unit >= layer.units;
      canvas.height = height;
      canvas.width = width;
      if (unit < layer.units) write(name, shortName(graph, layer, unit));
    });
    write(this.#legend, tileWords(layer));
    this.#list.setAttribute("aria-label", `${amount(layer.units, `${kindOf(layer)}s`)} of ${layer.name}`);
  }

  #grow() {
    const canvas = h("canvas", { "aria-hidden": "true" });
    const name = h("span", { class: "filters-name", "aria-hidden": "true" });
    const flag = h("span", { class: "filters-flag", "aria-hidden": "true" });
    const option = h("div", { role: "option", tabindex: -1 }, canvas, name, flag);
    this.#list.append(option);
    this.#pool.push({ option, canvas, name, flag });
  }

  /** @param {number} unit */
  #mark(unit) {
    this.#chosen = unit;
    this.#pool.forEach(({ option }, i) => {
      option.setAttribute("aria-selected", String(i === unit));
      option.tabIndex = i === unit ? 0 : -1;
    });
  }

  /**
   * @param {Graph} graph
   * @param {Layer} layer
   * @param {Answers | null} answers
   */
  #flag(graph, layer, answers) {
    for (let unit = 0; unit < layer.units; unit++) {
      const { option, flag } = this.#pool[unit];
      const gone = answers !== null && dead(answers, layer, unit);
      const twin = answers === null || gone ? -1 : twinOf(answers, unit);
      const short = gone ? "dead" : twin < 0 ? "" : `= ${shortName(graph, layer, twin)}`;
      option.classList.toggle("dead", gone);
      write(flag, short);
      const more = gone
        ? ": never answers"
        : twin < 0
          ? ""
          : `: as ${kindOf(layer)} ${shortName(graph, layer, twin)}, ${answers?.alike[unit].toFixed(2)}`;
      option.title = `${unitName(graph, layer, unit)}${more}`;
      option.setAttribute("aria-label", option.title);
    }
  }

  /**
   * @param {View} view
   * @param {Layer} layer
   */
  #paint({ run, step, tables }, layer) {
    const weights = run.weights(step);
    if (weights === undefined) return;
    const colours = new Uint32Array(this.#image.data.buffer);
    for (let unit = 0; unit < layer.units; unit++) {
      colours.fill(0);
      const tile = tileOf(kernelOf(weights, layer, unit), layer, this.#channels[unit]);
      paint(tile, this.#limits[unit], tables.diverging, colours);
      this.#pool[unit].canvas.getContext("2d")?.putImageData(this.#image, 0, 0);
    }
  }

  /**
   * Which channel stands for each unit, and its scale: both stay while one scrubs.
   * @param {Weights | undefined} weights
   * @param {Layer} layer
   */
  #represent(weights, layer) {
    if (weights === undefined) return; // a growing recording gave that frame up; another is on its way
    const kernels = Array.from({ length: layer.units }, (_, unit) => kernelOf(weights, layer, unit));
    this.#channels = kernels.map((kernel) => byStrength(kernel, layer)[0]);
    this.#limits = kernels.map((kernel, unit) => limitOf(tileOf(kernel, layer, this.#channels[unit])));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const options = this.#pool.map(({ option }) => option);
    const next = placeAfter(
      event,
      options.findIndex((option) => option === event.target),
      options,
    );
    if (next === undefined) return;
    event.preventDefault();
    this.#pick(next);
    options[next].focus();
  }

  /** @param {number} unit */
  #pick(unit) {
    if (unit >= 0 && unit < this.#count && this.#layer !== undefined) this.#choose(this.#layer, unit);
  }
}
