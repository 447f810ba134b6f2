// The room's buttons: which view, dots or digits, what the axes do, and for fingers the lasso.

/** @import {Wish} from "#app/look/embedding/state.js" */

import { h } from "#app/widgets/dom.js";

/**
 * @typedef {object} Orders
 * @property {(changes: Partial<Wish>) => void} wish
 * @property {(on: boolean) => void} turn
 * @property {() => void} reset
 * @property {(on: boolean) => void} lasso
 */

export class EmbeddingTools {
  #kinds;
  #looks;
  #turn = h("button", { type: "button", "aria-pressed": "false" }, "Turn slowly");
  #reset = h("button", { type: "button" }, "Back to the ring");
  #lasso = h("button", { type: "button", class: "embedding-finger", "aria-pressed": "false" }, "Lasso");

  /** @param {Orders} orders */
  constructor({ wish, turn, reset, lasso }) {
    this.#kinds = segments("View", { linear: "Linear view", tsne: "t-SNE" }, (name) =>
      wish({ kind: name === "tsne" ? "tsne" : "linear" }),
    );
    this.#looks = segments("Drawn as", { dots: "Dots", digits: "Pictures" }, (name) =>
      wish({ digits: name === "digits" }),
    );
    this.#turn.addEventListener("click", () => turn(!isOn(this.#turn)));
    this.#reset.addEventListener("click", reset);
    this.#lasso.addEventListener("click", () => {
      press(this.#lasso, !isOn(this.#lasso));
      lasso(isOn(this.#lasso));
    });
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    this.#turn.classList.toggle("embedding-still", still.matches);
    still.addEventListener("change", () => {
      this.#turn.classList.toggle("embedding-still", still.matches);
      if (still.matches) turn(false);
    });
    const parts = [this.#kinds.element, this.#looks.element, this.#turn, this.#reset, this.#lasso];
    this.element = h("div", { class: "embedding-tools" }, ...parts);
  }

  /**
   * @param {Wish} wish
   * @param {boolean} turning
   * @param {boolean} onRing
   */
  update({ kind, digits }, turning, onRing) {
    this.#kinds.show(kind);
    this.#looks.show(digits ? "digits" : "dots");
    this.#turn.hidden = this.#reset.hidden = kind !== "linear";
    press(this.#turn, turning);
    this.#reset.disabled = onRing;
  }
}

/**
 * @param {string} label
 * @param {Record<string, string>} texts  by name
 * @param {(name: string) => void} onPick
 */
function segments(label, texts, onPick) {
  const buttons = Object.entries(texts).map(([name, text]) =>
    h("button", { type: "button", "data-name": name, onclick: () => onPick(name) }, text),
  );
  const show = (/** @type {string} */ name) =>
    buttons.forEach((button) => press(button, button.dataset.name === name));
  return { element: h("div", { class: "segments", role: "group", "aria-label": label }, ...buttons), show };
}

/**
 * @param {HTMLElement} button
 * @param {boolean} on
 */
function press(button, on) {
  button.setAttribute("aria-pressed", String(on));
}

/** @param {HTMLElement} button */
function isOn(button) {
  return button.getAttribute("aria-pressed") === "true";
}
