// Tabs: one of several parts is shown; arrow keys go from tab to tab.

import { h } from "#app/widgets/dom.js";

export class Tabs {
  element = h("div", { class: "segments", role: "tablist" });
  #names;
  #parts;
  #tabs;
  #onTurn;

  /**
   * @param {string} id  begins the ids
   * @param {string} name  of the whole, for those who can't see it
   * @param {Record<string, HTMLElement>} parts  by the tab's name; the first is shown at first
   * @param {() => void} onTurn  is told that another is shown
   */
  constructor(id, name, parts, onTurn) {
    this.element.setAttribute("aria-label", name);
    this.#names = Object.keys(parts);
    this.#parts = Object.values(parts);
    this.#onTurn = onTurn;
    this.#tabs = this.#names.map((name, i) => {
      const tab = h("button", { type: "button", role: "tab", id: `${id}-tab-${i}` }, name);
      tab.setAttribute("aria-controls", `${id}-part-${i}`);
      tab.addEventListener("click", () => this.#turn(i));
      return tab;
    });
    this.#parts.forEach((part, i) => {
      for (const [name, value] of Object.entries({ role: "tabpanel", id: `${id}-part-${i}` })) {
        part.setAttribute(name, value);
      }
      part.setAttribute("aria-labelledby", `${id}-tab-${i}`);
    });
    this.element.append(...this.#tabs);
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.#mark(0);
  }

  /** @param {string} name */
  open(name) {
    this.#turn(this.#names.indexOf(name));
  }

  /** @param {number} place */
  #turn(place) {
    if (!this.#parts[place].hidden) return;
    this.#mark(place);
    this.#onTurn();
  }

  /** @param {number} place */
  #mark(place) {
    this.#parts.forEach((part, i) => (part.hidden = i !== place));
    this.#tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === place));
      tab.tabIndex = i === place ? 0 : -1;
    });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const count = this.#tabs.length;
    const place = (this.#parts.findIndex((part) => !part.hidden) + by + count) % count;
    this.#turn(place);
    this.#tabs[place].focus();
  }
}
