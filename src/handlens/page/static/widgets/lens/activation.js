// How an activation's number came about: one number in, one number out, and the curve between the two.

/** @import {View} from "#app/app/view.js" */
/** @import {ActivationArithmetic} from "#app/look/arithmetic.js" */

import { h, write } from "#app/widgets/dom.js";
import { Curve, histogram } from "#app/widgets/lens/curve.js";
import { Ledger } from "#app/widgets/lens/ledger.js";
import { reachOf } from "#app/widgets/lens/shade.js";
import { faceOf } from "#app/widgets/lens/face.js";

const BINS = 48;

export class ActivationTerms {
  #curve = new Curve();
  #ledger = new Ledger("In and out");
  #note = h("p", { class: "quiet-text" });

  constructor() {
    const sums = h("div", { class: "sums" }, this.#ledger.element, this.#note);
    this.element = h("div", { class: "activation-terms" }, this.#curve.element, sums);
  }

  /**
   * @param {ActivationArithmetic} arithmetic
   * @param {View} view
   */
  update({ stage, index, input, value }, view) {
    const node = view.network.graph.node(stage);
    const [source] = node.inputs;
    const reach = reachOf(view, source);
    const { start, count } = faceOf(node.shape, index);
    this.#curve.count(histogram(view.network.value(source), start, count, reach, BINS));
    this.#curve.update(node, reach, [input, value]);
    write(this.#note, `Gray: how often each x occurs in this ${node.shape.length === 3 ? "map" : "stage"}.`);
    this.#ledger.update([
      { role: "input", sign: "x", label: node.inputs[0], value: input },
      { role: "value", sign: "=", label: stage, value, total: true },
    ]);
  }
}
