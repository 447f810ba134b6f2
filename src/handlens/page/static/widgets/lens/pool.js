// How a pool's number came about: a window, and its largest number or its mean.

/** @import {View} from "#app/app/view.js" */
/** @import {PoolArithmetic} from "#app/look/arithmetic.js" */

import { number } from "#app/look/numbers.js";
import { h, write } from "#app/widgets/dom.js";
import { Grid } from "#app/widgets/grid.js";
import { Ledger } from "#app/widgets/lens/ledger.js";
import { ofStage } from "#app/widgets/lens/shade.js";
import { counted } from "#app/widgets/words.js";

export class PoolTerms {
  #grid = new Grid("window");
  #caption = h("figcaption");
  #said = h("p", { class: "said" });
  #ledger = new Ledger("The mean");

  constructor() {
    this.element = h(
      "div",
      { class: "pool-terms" },
      h("figure", {}, this.#caption, this.#grid.element),
      h("div", { class: "sums" }, this.#said, this.#ledger.element),
    );
  }

  /**
   * @param {PoolArithmetic} arithmetic
   * @param {View} view
   */
  update(arithmetic, view) {
    const { stage, op, window, inside, winner, place, value } = arithmetic;
    const { attrs, inputs } = view.network.graph.node(stage);
    const [rows, columns] = attrs.kernel;
    const highest = op === "maxpool";
    const from = `${inputs[0]}, map ${place.channel + 1}`;
    write(this.#caption, from);
    const block = { values: window, inside, rows, columns, winner: highest ? winner : undefined };
    this.#grid.update(block, ofStage(view, inputs[0], place.channel), `Window of ${from}`);
    write(this.#said, highest ? winnerWords(winner, columns, value) : "Their mean is what is left.");
    this.#ledger.element.hidden = highest;
    if (!highest) this.#ledger.update(meanEntries(arithmetic));
    else this.#said.dataset.value = String(value);
  }
}

/**
 * @param {number} winner
 * @param {number} columns
 * @param {number} value
 */
function winnerWords(winner, columns, value) {
  const [row, column] = [Math.floor(winner / columns) + 1, (winner % columns) + 1];
  return `The largest is kept: ${number(value)}, in row ${row}, column ${column} of the window.`;
}

/** @param {PoolArithmetic} arithmetic */
function meanEntries({ stage, window, inside, value, count }) {
  let sum = 0;
  for (let i = 0; i < window.length; i++) if (inside[i]) sum += window[i];
  return [
    { role: "sum", sign: "Σ", label: "the window", value: sum },
    { role: "count", sign: "÷", label: "numbers", value: count, text: counted(count) },
    { role: "value", sign: "=", label: stage, value, total: true },
  ];
}
