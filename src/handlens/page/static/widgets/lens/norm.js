// How a batch normalisation's number came about: centred, brought to size, stretched and shifted.

/** @import {View} from "#app/app/view.js" */
/** @import {BatchnormArithmetic} from "#app/look/arithmetic.js" */

import { h } from "#app/widgets/dom.js";
import { faceOf } from "#app/widgets/lens/face.js";
import { Ledger } from "#app/widgets/lens/ledger.js";
import { reachOf } from "#app/widgets/lens/shade.js";
import { Spread } from "#app/widgets/lens/spread.js";

export class NormTerms {
  #ledger = new Ledger("Normalised step by step");

  #before = new Spread();
  #after = new Spread();

  constructor() {
    const spreads = h("div", { class: "spreads" }, this.#before.element, this.#after.element);
    this.element = h("div", { class: "norm-terms" }, spreads, this.#ledger.element);
  }

  /**
   * @param {BatchnormArithmetic} arithmetic
   * @param {View} view
   */
  update({ stage, index, input, mean, var: variance, weight, bias, eps, value }, view) {
    const { network } = view;
    const node = network.graph.node(stage);
    const [source] = node.inputs;
    const face = faceOf(node.shape, index);
    const reach = Math.max(reachOf(view, source), reachOf(view, stage)); // one scale, to compare the two
    this.#before.update(network.value(source), face, reach, input, `before: ${source}`);
    this.#after.update(network.value(stage), face, reach, value, `after: ${stage}`);
    this.#ledger.update([
      { role: "input", sign: "", label: "x", value: input },
      { role: "mean", sign: "−", label: "mean, as seen in training", value: mean },
      { role: "deviation", sign: "÷", label: "√(variance + ε)", value: Math.sqrt(variance + eps) },
      { role: "weight", sign: "×", label: "weight", value: weight },
      { role: "bias", sign: "+", label: "bias", value: bias },
      { role: "value", sign: "=", label: stage, value, total: true },
    ]);
  }
}
