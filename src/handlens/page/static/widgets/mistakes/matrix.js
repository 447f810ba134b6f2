// Labels by answers: how often each class was taken for each. The mistakes alone are coloured.

/** @import {Cell} from "#app/look/mistakes/state.js" */

import { heat } from "#app/look/mistakes/counts.js";
import { cellWords } from "#app/look/mistakes/words.js";
import { ARROWS, h } from "#app/widgets/dom.js";

const LETTERS = 2; // longer names stand upright above their columns

/** A grid in which the arrow keys move; Enter, Space and a click choose a cell. */
export class Matrix {
  #classes;
  #onChoose;
  #table;
  /** What each cell shows; only what differs is written. */
  #shown;
  /** @type {HTMLTableCellElement[]} */
  #cells = [];
  #focus = 0;
  /** The chosen one; -1 for none. */
  #chosen = -1;

  /**
   * @param {string[]} classes
   * @param {(cell: Cell | null) => void} onChoose
   */
  constructor(classes, onChoose) {
    this.#classes = classes;
    this.#onChoose = onChoose;
    this.#shown = new Int32Array(classes.length ** 2).fill(-1);
    const names = classes.map((name) => h("th", { scope: "col", title: name }, h("span", {}, name)));
    const corner = h("td", { class: "mistakes-corner", "aria-hidden": "true" });
    const rows = classes.map((name, label) => this.#row(name, label));
    const table = h("table", { role: "grid", "aria-label": "Labels (rows) by answers (columns)" });
    table.append(h("thead", {}, h("tr", {}, corner, ...names)), h("tbody", {}, ...rows));
    const longest = Math.max(...classes.map((name) => name.length));
    table.style.setProperty("--classes", String(classes.length));
    table.style.setProperty("--longest", String(longest));
    table.classList.toggle("upright", longest > LETTERS);
    this.#table = table;
    this.element = h("div", { class: "mistakes-matrix" }, table);
    table.addEventListener("click", (event) => {
      const cell = /** @type {HTMLElement} */ (event.target).closest("td");
      if (cell !== null) this.#choose(this.#cells.indexOf(cell));
    });
    table.addEventListener("keydown", (event) => this.#key(event));
    this.#rove(0, false);
  }

  /**
   * @param {string} name
   * @param {number} label
   */
  #row(name, label) {
    const cells = this.#classes.map((_, guess) => {
      const right = guess === label;
      return h("td", {
        role: "gridcell",
        tabindex: -1,
        "aria-selected": "false",
        class: right ? "right" : "",
      });
    });
    this.#cells.push(...cells);
    return h("tr", {}, h("th", { scope: "row", title: name }, h("span", {}, name)), ...cells);
  }

  /**
   * @param {Int32Array} confusion  [classes, classes]
   * @param {Cell | null} chosen
   */
  update(confusion, chosen) {
    const size = this.#classes.length;
    let most = 1;
    for (let from = 0; from < confusion.length; from += size) {
      let row = 0;
      for (let guess = 0; guess < size; guess++) row += confusion[from + guess];
      for (let at = from; at < from + size; at++) {
        if (confusion[at] !== this.#shown[at]) this.#write(at, confusion[at], row);
      }
      most = Math.max(most, row);
    }
    this.#table.style.setProperty("--letters", String(String(most).length));
    this.#mark(chosen === null ? -1 : chosen.label * size + chosen.guess);
  }

  /**
   * @param {number} at
   * @param {number} count
   * @param {number} row  items of its class
   */
  #write(at, count, row) {
    this.#shown[at] = count;
    const cell = this.#cells[at];
    const [label, guess] = this.#namesOf(at);
    cell.textContent = count === 0 ? "" : String(count);
    cell.setAttribute("aria-label", `${cellWords(label, guess)}: ${count}`);
    if (label !== guess) cell.style.setProperty("--heat", `${(100 * heat(count, row)).toFixed(1)}%`);
  }

  /** @param {number} at @returns {[string, string]} its label and answer */
  #namesOf(at) {
    const size = this.#classes.length;
    return [this.#classes[Math.floor(at / size)], this.#classes[at % size]];
  }

  /** @param {number} at */
  #mark(at) {
    if (at === this.#chosen) return;
    this.#cells[this.#chosen]?.setAttribute("aria-selected", "false");
    this.#cells[at]?.setAttribute("aria-selected", "true");
    this.#chosen = at;
    if (at >= 0) this.#rove(at, false);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const at = this.#cells.indexOf(/** @type {HTMLTableCellElement} */ (event.target));
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const size = this.#classes.length;
    const [row, column] = [Math.floor(at / size), at % size];
    if (event.key in ARROWS) {
      const [down, right] = ARROWS[event.key];
      const within = (/** @type {number} */ place) => Math.min(Math.max(place, 0), size - 1);
      this.#rove(within(row + down) * size + within(column + right), true);
    } else if (event.key === "Home") this.#rove(row * size, true);
    else if (event.key === "End") this.#rove(row * size + size - 1, true);
    else if (event.key === "Enter" || event.key === " ") this.#choose(at);
    else return;
    event.preventDefault();
  }

  /**
   * Make one cell the one that Tab comes to.
   * @param {number} at
   * @param {boolean} focus
   */
  #rove(at, focus) {
    this.#cells[this.#focus].tabIndex = -1;
    this.#cells[at].tabIndex = 0;
    this.#focus = at;
    if (focus) this.#cells[at].focus();
  }

  /** Choose a cell; the chosen one no longer. @param {number} at */
  #choose(at) {
    if (at < 0) return;
    this.#rove(at, false);
    const size = this.#classes.length;
    this.#onChoose(at === this.#chosen ? null : { label: Math.floor(at / size), guess: at % size });
  }
}
