// Terms and what they come to, one below the other, as on paper.

/** @import {Shade} from "#app/widgets/lens/shade.js" */

import { number } from "#app/look/numbers.js";
import { h, write } from "#app/widgets/dom.js";

/**
 * @typedef {object} Entry
 * @property {string} role  told to tests: what the number is
 * @property {string} label
 * @property {number} value
 * @property {string} [detail]  how the value came about, where it isn't plain
 * @property {string} [sign]  before the label: +, ×, =
 * @property {boolean} [total]  a line is drawn above it
 * @property {Shade} [shade]  draws a bar in that colour, full for the largest of the entries
 * @property {string} [text]  what is written for the value, where it isn't `number(value)`
 */

/** @typedef {{row: HTMLElement, sign: HTMLElement, label: HTMLElement, detail: HTMLElement, bar: HTMLElement,
 *   fill: HTMLElement, value: HTMLElement}} Line */

export class Ledger {
  /** @type {Line[]} */
  #lines = [];
  #body = h("tbody");

  /** @param {string} name  what is added up, for those who can't see it */
  constructor(name) {
    this.element = h("table", { class: "ledger", "aria-label": name }, this.#body);
  }

  /** @param {Entry[]} entries */
  update(entries) {
    while (this.#lines.length < entries.length) this.#add();
    const most = largestOf(entries.filter(({ shade }) => shade !== undefined).map(({ value }) => value));
    this.#lines.forEach((line, i) => {
      line.row.hidden = i >= entries.length;
      if (i < entries.length) fill(line, entries[i], most);
    });
  }

  #add() {
    const line = {
      sign: h("td", { class: "sign" }),
      label: h("span", { class: "label" }),
      detail: h("span", { class: "detail number" }),
      bar: h("span", { class: "bar", "aria-hidden": "true" }),
      fill: h("i"),
      value: h("td", { class: "value number" }),
    };
    line.bar.append(line.fill);
    const words = h("th", { scope: "row" }, line.label, line.detail);
    const row = h("tr", {}, line.sign, words, h("td", { class: "bars" }, line.bar), line.value);
    this.#lines.push({ ...line, row });
    this.#body.append(row);
  }
}

/**
 * The line of a bias, for the ledger of a sum; none where nothing is added.
 * @param {number | undefined} bias
 * @returns {Entry[]}
 */
export function biasEntry(bias) {
  return bias === undefined ? [] : [{ role: "bias", sign: "+", label: "bias", value: bias }];
}

/**
 * @param {Line} line
 * @param {Entry} entry
 * @param {number} most
 */
function fill(line, { role, label, value, detail = "", sign = "", total = false, shade, text }, most) {
  line.row.dataset.role = role;
  line.row.classList.toggle("total", total);
  write(line.sign, sign);
  write(line.label, label);
  write(line.detail, detail);
  write(line.value, text ?? number(value));
  line.value.dataset.value = String(value);
  line.bar.hidden = shade === undefined;
  if (shade !== undefined) lay(line.fill, value, most, shade);
}

/**
 * The size of the largest.
 * @param {ArrayLike<number>} values
 */
export function largestOf(values) {
  return Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/**
 * A bar from the middle: to the right above 0, to the left below.
 * @param {HTMLElement} bar
 * @param {number} value
 * @param {number} most  what a full bar stands for
 * @param {Shade} shade
 */
export function lay(bar, value, most, shade) {
  const share = most > 0 && Number.isFinite(value) ? (Math.abs(value) / most) * 50 : 0;
  bar.style.left = `${value < 0 ? 50 - share : 50}%`;
  bar.style.width = `${share}%`;
  bar.style.backgroundColor = shade.pair(value).colour;
}
