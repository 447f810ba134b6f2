// A learning rate, chosen on a slider or as a number; told when it is let go.

import { PLACES, placeOfRate, rateOfPlace } from "#app/look/train/rate.js";
import { h } from "#app/widgets/dom.js";

export class Rate {
  #slider = h("input", {
    type: "range",
    min: 0,
    max: PLACES,
    step: 1,
    "aria-label": "Learning rate, by its logarithm",
  });
  #number = h("input", {
    type: "number",
    step: "any",
    min: 0,
    inputmode: "decimal",
    "aria-label": "Learning rate",
  });
  /** What is shown as long as nothing else is being chosen. */
  #known = NaN;

  /** @param {(rate: number) => void} choose */
  constructor(choose) {
    this.#slider.addEventListener("input", () => (this.#number.value = String(this.#chosen)));
    this.#slider.addEventListener("change", () => choose(this.#chosen));
    this.#number.addEventListener("change", () => {
      const rate = Number(this.#number.value);
      if (rate > 0) this.#slider.value = String(placeOfRate(rate));
      choose(rate);
    });
    this.element = h("div", { class: "train-rate" }, this.#slider, this.#number);
  }

  get #chosen() {
    return rateOfPlace(Number(this.#slider.value));
  }

  /** @param {number} rate  that holds now */
  update(rate) {
    if (rate === this.#known) return;
    this.#known = rate;
    this.#slider.value = String(placeOfRate(rate));
    this.#slider.setAttribute("aria-valuetext", String(rate));
    this.#number.value = String(rate);
  }
}
