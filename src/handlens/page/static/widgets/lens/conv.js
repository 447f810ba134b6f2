// How a convolution's number came about: patch times kernel, summed over the maps it reads, and any bias.

/** @import {View} from "#app/app/view.js" */
/** @import {ConvArithmetic} from "#app/look/arithmetic.js" */

import { counted } from "#app/widgets/words.js";
import { h, write } from "#app/widgets/dom.js";
import { Grid } from "#app/widgets/grid.js";
import { Channels } from "#app/widgets/lens/channels.js";
import { Ledger, biasEntry } from "#app/widgets/lens/ledger.js";
import { ofStage, ofTensor, ofTerms } from "#app/widgets/lens/shade.js";

export class ConvTerms {
  #grids = { patch: new Grid("patch"), kernel: new Grid("kernel"), product: new Grid("product") };
  #captions = { patch: h("figcaption"), kernel: h("figcaption"), product: h("figcaption") };
  #ledger = new Ledger("The sum");
  #products = new Float64Array(0);
  #channels;

  /** @param {() => void} again  called when another map was chosen: time to update */
  constructor(again) {
    this.#channels = new Channels(again);
    const figures = /** @type {const} */ (["patch", "kernel", "product"]).map((role) =>
      h("figure", { class: role }, this.#captions[role], this.#grids[role].element),
    );
    const sums = h("div", { class: "sums" }, this.#ledger.element);
    this.element = h(
      "div",
      { class: "conv-terms" },
      h("div", { class: "grids" }, ...figures, sums),
      this.#channels.element,
    );
  }

  /** The input map that is opened, counted among those that the kernel reads. */
  get channel() {
    return this.#channels.chosen;
  }

  /**
   * Open another; null: the one that adds most.
   * @param {number | null} channel
   */
  open(channel) {
    this.#channels.choose(channel);
  }

  /**
   * @param {ConvArithmetic} arithmetic
   * @param {View} view
   */
  update(arithmetic, view) {
    this.#channels.update(arithmetic, view);
    this.#showGrids(arithmetic, view);
    this.#ledger.update(entries(arithmetic, this.channel));
  }

  /**
   * @param {ConvArithmetic} arithmetic
   * @param {View} view
   */
  #showGrids({ stage, patch, inside, kernel, shape, first }, view) {
    const [, rows, columns] = shape;
    const start = this.channel * rows * columns;
    const node = view.network.graph.node(stage);
    const source = node.inputs[0];
    const map = first + this.channel;
    if (this.#products.length !== rows * columns) this.#products = new Float64Array(rows * columns);
    for (let i = 0; i < this.#products.length; i++) this.#products[i] = patch[start + i] * kernel[start + i];
    const block = { rows, columns, start };
    const [grids, captions] = [this.#grids, this.#captions];
    const from = shape[0] > 1 ? `${source}, map ${map + 1}` : source;
    write(captions.patch, from);
    write(captions.kernel, "× kernel");
    write(captions.product, "= products");
    grids.patch.update({ ...block, values: patch, inside }, ofStage(view, source, map), `Patch of ${from}`);
    grids.kernel.update({ ...block, values: kernel }, ofTensor(view, node.weights.weight), "Kernel");
    grids.product.update({ ...block, values: this.#products, start: 0 }, ofTerms(view, stage), "Products");
  }
}

/**
 * The sums below the grids.
 * @param {ConvArithmetic} arithmetic
 * @param {number} channel
 */
export function entries({ stage, shape, channels, bias, value }, channel) {
  const [depth, rows, columns] = shape;
  const others = channels.reduce((sum, part, i) => (i === channel ? sum : sum + part), 0);
  const label = depth === 2 ? "the other map" : `${counted(depth - 1)} other maps`;
  return [
    { role: "sum", sign: "Σ", label: `${counted(rows * columns)} products`, value: channels[channel] },
    ...(depth > 1 ? [{ role: "others", sign: "+", label, value: others }] : []),
    ...biasEntry(bias),
    { role: "value", sign: "=", label: stage, value, total: true },
  ];
}
