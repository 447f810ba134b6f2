// The softmax in numbers: a power of e for each class, and its share of them all.

/** @import {SoftmaxArithmetic} from "#app/look/arithmetic.js" */
/** @import {View} from "#app/app/view.js" */

import { factor, number } from "#app/look/numbers.js";
import { h, write } from "#app/widgets/dom.js";
import { largest } from "#app/widgets/lens/bars.js";
import { percent } from "#app/widgets/words.js";

/** With more classes than this only the likeliest are listed. */
const ALL = 12;

/** A logit beyond this has no power of e that could be read. */
const LARGE = 40;

/**
 * @typedef {object} Shares
 * @property {string[]} names
 * @property {ArrayLike<number>} logits
 * @property {number} current  the class that is looked at
 * @property {number} shift  taken from every logit before its power of e; the shares stay the same
 */

/** @typedef {{row: HTMLElement, cells: HTMLElement[], fill: HTMLElement}} Line */

class SoftmaxTable {
  /** @type {Line[]} */
  #lines = [];
  #body = h("tbody");
  #power = h("sup", {}, "z");
  #sum = h("td", { class: "number value", "data-role": "sum" });

  constructor() {
    const heads = ["class", "z", "e to the z", "probability"].map((text) => h("th", { scope: "col" }, text));
    heads[1].replaceChildren(h("i", {}, "z"));
    heads[2].replaceChildren("e", this.#power);
    heads[3].setAttribute("colspan", "2");
    const foot = h("tr", {}, h("th", { scope: "row" }, "Σ"), h("td"), this.#sum, h("td", { colspan: "2" }));
    this.element = h(
      "table",
      { class: "softmax-table" },
      h("thead", {}, h("tr", {}, ...heads)),
      this.#body,
      h("tfoot", {}, foot),
    );
  }

  /** @param {Shares} shares */
  update({ names, logits, current, shift }) {
    write(this.#power, shift === 0 ? "z" : `z − ${factor(shift)}`);
    const exponentials = Array.from(logits, (z) => Math.exp(z - shift));
    const sum = exponentials.reduce((total, part) => total + part, 0);
    const order = largest(exponentials, logits.length > ALL ? ALL - 1 : logits.length).named;
    if (logits.length > ALL && !order.includes(current)) order.push(current);
    if (logits.length <= ALL) order.sort((a, b) => a - b);
    while (this.#lines.length < order.length) this.#add();
    this.#lines.forEach(({ row }, i) => (row.hidden = i >= order.length));
    order.forEach((k, i) => {
      const probability = exponentials[k] / sum;
      const { row, cells, fill } = this.#lines[i];
      row.classList.toggle("current", k === current);
      write(cells[0], names[k]);
      write(cells[1], number(logits[k]));
      write(cells[2], number(exponentials[k]));
      write(cells[3], percent(probability, 1));
      cells[3].dataset.value = String(probability);
      fill.style.width = `${100 * probability}%`;
    });
    write(this.#sum, number(sum));
  }

  #add() {
    const fill = h("i");
    const cells = [
      h("th", { scope: "row" }),
      ...[1, 2, 3].map(() => h("td", { class: "number value" })),
      h("td", { class: "share", "aria-hidden": "true" }, fill),
    ];
    const row = h("tr", {}, ...cells);
    this.#lines.push({ row, cells, fill });
    this.#body.append(row);
  }
}

/** The softmax as an operation of its own. */
export class SoftmaxTerms {
  #table = new SoftmaxTable();
  element = h("div", { class: "softmax-terms" }, this.#table.element);

  /**
   * @param {SoftmaxArithmetic} arithmetic
   * @param {View} view
   */
  update({ logits, current }, view) {
    const { classes } = view.network.graph;
    const names = logits.length === classes.length ? classes : Array.from(logits, (_, i) => `no. ${i + 1}`);
    this.#table.update({ names, logits, current, shift: Math.max(...logits) });
  }
}

/** What follows the logits. */
export class ThenSoftmax {
  #table = new SoftmaxTable();
  element = h("div", { class: "then-softmax" }, h("h3", {}, "Then the softmax"), this.#table.element);

  /**
   * @param {View} view
   * @param {string} stage
   * @param {number} index
   */
  update(view, stage, index) {
    const { graph } = view.network;
    this.element.hidden = stage !== graph.output;
    if (this.element.hidden) return;
    const { logits } = view;
    const highest = Math.max(...logits);
    const shift = Math.abs(highest) > LARGE ? highest : 0;
    this.#table.update({ names: graph.classes, logits, current: index, shift });
  }
}
