// The items that excite a unit most: each whole, with the part that it looks at lit, and that part by itself.

/** @import {View} from "#app/app/view.js" */
/** @import {Answers} from "#app/look/filters/answers.js" */
/** @import {Layer} from "#app/look/filters/layers.js" */
/** @import {MapBox} from "#app/look/field.js" */
/** @import {Items, Run} from "#app/source/run.js" */

import { receptive } from "#app/look/field.js";
import { number } from "#app/look/numbers.js";
import { TOP } from "#app/look/filters/answers.js";
import { indexOf } from "#app/look/filters/layers.js";
import { INPUT } from "#app/net/graph.js";
import { itemName } from "#app/reading/words.js";
import { Faces } from "#app/widgets/faces.js";
import { h } from "#app/widgets/dom.js";
import { cutOut } from "#app/widgets/filters/crop.js";

const ALL = 0.9; // of the picture's sides: a field beyond that needs no picture of its own

/**
 * @typedef {object} Shown
 * @property {View} view
 * @property {Layer} layer
 * @property {number} unit
 * @property {Answers} answers
 * @property {Items} items
 */

/** @typedef {{box: HTMLElement, crop: HTMLCanvasElement, cut: string}} Extra  what a face gets */

export class Digits {
  #faces;
  #said;
  /** @type {Extra[]} */
  #extras = [];
  /** @type {Shown | undefined} */
  #shown;
  /** Places in the answers, in the order of the faces. @type {number[]} */
  #positions = [];
  /** Fields by what they are of: they only depend on the network. @type {Map<string, MapBox | null>} */
  #fields = new Map();

  /**
   * @param {(position: number, index: number) => void} onPick  the item, and the number in the layer's answers
   * @param {(error: unknown) => void} onFault
   */
  constructor(onPick, onFault) {
    this.#said = onFault;
    this.#faces = new Faces(
      "Those that excite it most",
      (position) => this.#caption(position),
      (position) => onPick(position, this.#index(this.#positions.indexOf(position))),
      onFault,
    );
    this.element = this.#faces.element;
    this.element.classList.add("filters-digits");
  }

  /**
   * @param {View} view
   * @param {Layer} layer
   * @param {number} unit
   * @param {Answers} answers
   * @param {Items} items
   * @param {string} set
   */
  update(view, layer, unit, answers, items, set) {
    this.#shown = { items, answers, layer, unit, view };
    const { from } = view.input;
    const current = from.kind === "digit" && from.set === set ? from.position : -1;
    this.#positions = Array.from(answers.top.subarray(unit * TOP, (unit + 1) * TOP)).filter((at) => at >= 0);
    this.#faces.update({ run: view.run, set, positions: this.#positions, current });
    while (this.#extras.length < this.#positions.length) this.#grow();
    this.#positions.forEach((_, i) => this.#frame(i));
    this.#cutAll(view.run, set);
  }

  #grow() {
    const box = h("i", {});
    const crop = h("canvas", { class: "filters-crop", "aria-hidden": "true" });
    const option = /** @type {HTMLElement} */ (this.element.children[this.#extras.length]);
    option.append(h("span", { class: "filters-field", "aria-hidden": "true" }, box), crop);
    this.#extras.push({ box, crop, cut: "" });
  }

  /** The number in the layer's answers that a face shows. @param {number} i */
  #index(i) {
    const { answers, layer, unit, view } = /** @type {Shown} */ (this.#shown);
    return indexOf(view.run.graph.shape(layer.answers), layer, unit, answers.place[unit * TOP + i]);
  }

  /** What it reads of the picture. @param {number} i @returns {MapBox | null} */
  #field(i) {
    const { layer, view } = /** @type {Shown} */ (this.#shown);
    const index = this.#index(i);
    const key = `${layer.answers} ${index}`;
    if (!this.#fields.has(key)) {
      const box = /** @type {MapBox | undefined} */ (
        receptive(view.run.graph, layer.answers, index).get(INPUT)
      );
      this.#fields.set(key, box ?? null);
    }
    return this.#fields.get(key) ?? null;
  }

  /** @param {number} i */
  #frame(i) {
    const { view } = /** @type {Shown} */ (this.#shown);
    const [, height, width] = view.run.graph.input.shape;
    const field = this.#field(i) ?? { top: 0, left: 0, bottom: height, right: width };
    const { style } = this.#extras[i].box;
    style.left = `${(100 * field.left) / width}%`;
    style.top = `${(100 * field.top) / height}%`;
    style.width = `${(100 * (field.right - field.left)) / width}%`;
    style.height = `${(100 * (field.bottom - field.top)) / height}%`;
  }

  /**
   * @param {Run} run
   * @param {string} set
   */
  #cutAll(run, set) {
    const whole = this.#whole(run);
    this.element.classList.toggle("whole", whole);
    if (whole) return;
    const missing = this.#positions.filter((position) => run.face(set, position) === undefined);
    this.#positions.forEach((position, i) => this.#cut(run, set, position, i));
    if (missing.length === 0) return;
    const shown = this.#shown;
    run
      .bringFaces(set, missing)
      .then(
        () =>
          this.#shown === shown && this.#positions.forEach((position, i) => this.#cut(run, set, position, i)),
        this.#said,
      );
  }

  /** Whether the unit sees nearly all of the picture. @param {Run} run */
  #whole(run) {
    const [, height, width] = run.graph.input.shape;
    const field = this.#positions.length > 0 ? this.#field(0) : null;
    if (field === null) return true;
    return field.bottom - field.top > ALL * height && field.right - field.left > ALL * width;
  }

  /**
   * @param {Run} run
   * @param {string} set
   * @param {number} position
   * @param {number} i
   */
  #cut(run, set, position, i) {
    const extra = this.#extras[i];
    const field = this.#field(i);
    const pixels = run.face(set, position);
    const wanted = `${set} ${position} ${this.#index(i)} ${this.#shown?.layer.name}`;
    if (field === null || pixels === undefined || extra.cut === wanted) return;
    extra.cut = wanted;
    cutOut(pixels, run.graph.input.shape, field, extra.crop);
  }

  /** @param {number} position */
  #caption(position) {
    const { items, answers, unit, view } = /** @type {Shown} */ (this.#shown);
    const { classes } = view.run.graph;
    const peak = answers.peak[unit * TOP + this.#positions.indexOf(position)];
    const set = view.run.about.rooms?.set ?? "";
    const name = classes[items.labels[position]];
    return {
      text: `${name}: ${number(peak)}`,
      title: `${itemName(set, items.indices[position])}, ${name}: answers ${number(peak)}`,
    };
  }
}
