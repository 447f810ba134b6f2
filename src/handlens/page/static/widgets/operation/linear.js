// A linear unit at work: what it is given, what it weighs that with, and what speaks for and against.

/** @import {Moment} from "#app/widgets/operation/scene.js" */
/** @import {LinearArithmetic} from "#app/look/arithmetic.js" */
/** @import {View} from "#app/app/view.js" */

import { number } from "#app/look/numbers.js";
import { h, write } from "#app/widgets/dom.js";
import { Ledger, biasEntry } from "#app/widgets/lens/ledger.js";
import { termEntry, tiledSource } from "#app/widgets/lens/linear.js";
import { unitWords } from "#app/widgets/lens/place.js";
import { ofStage, ofTensor, ofTerms } from "#app/widgets/lens/shade.js";
import { ThenSoftmax } from "#app/widgets/lens/softmax.js";
import { TileSheet } from "#app/widgets/lens/tilesheet.js";
import { inRow } from "#app/widgets/operation/sliding.js";
import { counted } from "#app/widgets/words.js";

const NAMED = 7;

export class LinearScene {
  #sheets = ["x", "weight", "x × weight"].map(
    (caption) => new Sheet(caption, (event, sheet) => this.#read(event, sheet)),
  );
  #row = inRow(this.#sheets[0].element, "×", this.#sheets[1].element, "=", this.#sheets[2].element);
  #readout = h("p", { class: "said", "data-role": "readout" });
  #for = new Ledger("What speaks for it");
  #against = new Ledger("What speaks against it");
  #sum = new Ledger("The sum");
  #then = new ThenSoftmax();
  /** @type {Moment | null} */
  #moment = null;
  #index = -1;

  constructor() {
    const side = (/** @type {string} */ title, /** @type {Ledger} */ ledger) =>
      h("section", {}, h("h3", {}, title), ledger.element);
    const sides = h("div", { class: "sides" }, side("For", this.#for), side("Against", this.#against));
    const sums = h("div", { class: "sides" }, side("In all", this.#sum), this.#then.element);
    this.element = h("div", { class: "scene" }, this.#row, this.#readout, sides, sums);
  }

  /** @param {Moment} moment */
  update(moment) {
    this.#moment = moment;
    const { view, unit, arithmetic } = moment;
    const maps = tiledSource(view.network.graph, unit.stage);
    this.#row.hidden = maps === null;
    this.#readout.hidden = maps === null;
    if (maps !== null) this.#showSheets(arithmetic, view, maps);
    this.#showSums(arithmetic, view);
    this.#then.update(view, unit.stage, unit.index);
  }

  /**
   * @param {LinearArithmetic} arithmetic
   * @param {View} view
   * @param {string} maps
   */
  #showSheets({ stage, inputs, weights, terms }, view, maps) {
    const { graph } = view.network;
    const shape = graph.shape(maps);
    const products = inputs.map((input, i) => input * weights[i]);
    const { weight } = graph.node(stage).weights;
    const shades = [ofStage(view, maps), ofTensor(view, weight), ofTerms(view, stage, 8)];
    const all = [inputs, weights, products];
    this.#sheets.forEach((sheet, i) => sheet.update(all[i], shape, shades[i], maps));
    this.#say(this.#index >= 0 ? this.#index : terms[0].index);
  }

  /**
   * @param {LinearArithmetic} arithmetic
   * @param {View} view
   */
  #showSums({ stage, terms, bias, value, index }, view) {
    const name = unitWords(view.network.graph, { stage, index });
    const up = terms.filter(({ product }) => product > 0);
    const down = terms.filter(({ product }) => product < 0);
    const sum = (/** @type {typeof terms} */ some) => some.reduce((total, { product }) => total + product, 0);
    const rest = (/** @type {typeof terms} */ some) => {
      const others = some.slice(NAMED);
      const label = `${counted(others.length)} smaller ${others.length === 1 ? "one" : "ones"}`;
      return others.length > 0 ? [{ role: "others", sign: "+", label, value: sum(others) }] : [];
    };
    const list = (/** @type {typeof terms} */ some) => [
      ...some.slice(0, NAMED).map((term) => termEntry(view, stage, term)),
      ...rest(some),
    ];
    this.#for.update(list(up));
    this.#against.update(list(down));
    this.#sum.update([
      { role: "for", sign: "", label: `${counted(up.length)} products for it`, value: sum(up) },
      { role: "against", sign: "+", label: `${counted(down.length)} against`, value: sum(down) },
      ...biasEntry(bias),
      { role: "value", sign: "=", label: name, value, total: true },
    ]);
  }

  /**
   * @param {PointerEvent} event
   * @param {TileSheet} sheet
   */
  #read(event, sheet) {
    this.#index = sheet.at(event) ?? this.#index;
    if (this.#index >= 0) this.#say(this.#index);
  }

  /** @param {number} index  of the input that is read out */
  #say(index) {
    if (this.#moment === null) return;
    const { view, unit, arithmetic } = this.#moment;
    if (index >= arithmetic.inputs.length) return;
    const maps = tiledSource(view.network.graph, unit.stage) ?? unit.stage;
    const [x, weight] = [arithmetic.inputs[index], arithmetic.weights[index]];
    const where = unitWords(view.network.graph, { stage: maps, index });
    this.#readout.dataset.value = String(x * weight);
    write(this.#readout, `${where}: ${number(x)} × ${number(weight)} = ${number(x * weight)}`);
  }
}

/** A sheet of tiles with a caption. */
class Sheet {
  #tiles = new TileSheet();
  #figcaption = h("figcaption");
  #caption;

  /**
   * @param {string} caption
   * @param {(event: PointerEvent, tiles: TileSheet) => void} point
   */
  constructor(caption, point) {
    this.#caption = caption;
    this.element = h("figure", { class: "sheet" }, this.#figcaption, this.#tiles.element);
    this.#tiles.element.addEventListener("pointermove", (event) => point(event, this.#tiles));
    this.#tiles.element.addEventListener("pointerdown", (event) => point(event, this.#tiles));
  }

  /**
   * @param {ArrayLike<number>} values
   * @param {readonly number[]} shape
   * @param {import("#app/widgets/lens/shade.js").Shade} shade
   * @param {string} maps
   */
  update(values, shape, shade, maps) {
    write(this.#figcaption, this.#caption === "x" ? `x: ${maps}` : this.#caption);
    this.#tiles.update(values, shape, shade, `${this.#caption} for each pixel of ${maps}`);
  }
}
