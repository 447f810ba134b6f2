// A page of small pictures of a set's items: a listbox in which the arrow keys move.

/** @import {Items, Run} from "#app/source/run.js" */

import { setName } from "#app/reading/words.js";
import { painted } from "#app/widgets/pixels.js";
import { h } from "#app/widgets/dom.js";

/** The most items on a page. */
export const PAGE = 18;

/** @typedef {{run: Run, set: string, items: Items, positions: number[]}} Shown  at most PAGE positions */

export class Strip {
  element = h("div", { class: "strip", role: "listbox", "aria-label": "Items of the set" });
  /** @type {HTMLElement[]} */
  #options = [];
  /** @type {Shown | undefined} */
  #shown;
  #current = -1;
  #onPick;
  #onTurn;
  #onFault;

  /**
   * @param {(position: number) => void} onPick
   * @param {(pages: number) => void} onTurn
   * @param {(error: unknown) => void} onFault
   */
  constructor(onPick, onTurn, onFault) {
    this.#onPick = onPick;
    this.#onTurn = onTurn;
    this.#onFault = onFault;
    this.element.addEventListener("click", (event) => {
      const place = this.#options.findIndex((option) => option.contains(/** @type {Node} */ (event.target)));
      if (place >= 0) this.#pick(place);
    });
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  /**
   * @param {Shown} shown
   * @param {number} current  the position that is looked at; -1 for none of this set
   */
  update(shown, current) {
    const old = this.#shown;
    const same = old?.items === shown.items && old.positions.join() === shown.positions.join();
    this.#shown = shown;
    if (!same) {
      const focused = this.element.contains(document.activeElement);
      this.#options = shown.positions.map((position) => this.#option(shown, position));
      this.element.replaceChildren(...this.#options);
      this.#rove(0, focused);
    }
    if (!same || current !== this.#current) this.#mark(current);
  }

  /** @param {number} current */
  #mark(current) {
    this.#current = current;
    const place = this.#shown?.positions.indexOf(current) ?? -1;
    this.#options.forEach((option, i) => option.setAttribute("aria-selected", String(i === place)));
    if (place >= 0) this.#rove(place, this.element.contains(document.activeElement));
  }

  /**
   * @param {Shown} shown
   * @param {number} position
   */
  #option({ run, set, items, positions }, position) {
    const { classes, input } = run.graph;
    const [label, guess] = [items.labels[position], items.guesses[position]];
    const wrong = label !== guess;
    const caption = wrong ? `${classes[label]} → ${classes[guess]}` : classes[label];
    const read = wrong ? `, read as ${classes[guess]}` : "";
    const canvas = h("canvas", { "aria-hidden": "true" });
    const title = `${setName(set)} item ${items.indices[position]}: ${classes[label]}${read}`;
    const option = h("div", { role: "option", tabindex: -1, "aria-label": title, title }, canvas);
    option.append(h("span", { class: wrong ? "wrong" : "", "aria-hidden": "true" }, caption));
    [canvas.height, canvas.width] = input.shape.slice(1);
    run.digit(set, position).then(
      (pixels) => painted(pixels, input.shape, canvas),
      (error) => this.#shown?.positions === positions && this.#onFault(error),
    );
    return option;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const place = this.#options.findIndex((option) => option === event.target);
    if (place < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.#options.length - 1;
    const columns = this.#columns();
    /** @type {Record<string, number>} */
    const moves = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: last };
    Object.assign(moves, { ArrowUp: place - columns, ArrowDown: place + columns });
    const pages = { PageUp: -1, PageDown: 1 }[event.key];
    if (event.key in moves) this.#rove(Math.min(Math.max(moves[event.key], 0), last), true);
    else if (pages !== undefined) this.#onTurn(pages);
    else if (event.key === "Enter" || event.key === " ") this.#pick(place);
    else return;
    event.preventDefault();
  }

  #columns() {
    const top = this.#options[0].offsetTop;
    const next = this.#options.findIndex((option) => option.offsetTop > top);
    return next < 0 ? this.#options.length : next;
  }

  /**
   * Make one option the one that Tab comes to.
   * @param {number} place
   * @param {boolean} focus
   */
  #rove(place, focus) {
    this.#options.forEach((option, i) => (option.tabIndex = i === place ? 0 : -1));
    if (focus) this.#options[place]?.focus();
  }

  /** @param {number} place */
  #pick(place) {
    if (this.#shown !== undefined) this.#onPick(this.#shown.positions[place]);
  }
}
