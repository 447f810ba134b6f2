// What the network's maps show: the values, or how each would have to change for a chosen answer.

/** @import {Actions, View} from "#app/app/view.js" */

import { h } from "#app/widgets/dom.js";

export class Tools {
  #values = h("button", { type: "button" }, "values");
  #gradients = h("button", { type: "button" }, "gradients");
  #label = h("select", {});
  #aim = h("label", { class: "aim kept" }, "of the loss, were this a ", this.#label);
  #plain = h("span", { class: "quiet-text" }, "as each layer computes them");

  /**
   * @param {HTMLElement} element
   * @param {Actions} actions
   */
  constructor(element, actions) {
    this.#values.addEventListener("click", () => actions.show("values"));
    this.#gradients.addEventListener("click", () => actions.show("gradients"));
    this.#label.addEventListener("change", () => actions.aim(Number(this.#label.value)));
    const segments = h("div", { class: "segments", role: "group", "aria-label": "What the maps show" });
    segments.append(this.#values, this.#gradients);
    element.append(
      h("h2", {}, "Inside the network"),
      segments,
      h("div", { class: "whose" }, this.#plain, this.#aim),
    );
  }

  /** @param {View} view */
  update({ run, show, label }) {
    if (this.#label.options.length === 0) {
      run.graph.classes.forEach((name, k) => this.#label.append(h("option", { value: k }, name)));
    }
    this.#values.setAttribute("aria-pressed", String(show === "values"));
    this.#gradients.setAttribute("aria-pressed", String(show === "gradients"));
    this.#label.value = String(label);
    this.#plain.classList.toggle("kept", show !== "values");
    this.#aim.classList.toggle("kept", show !== "gradients");
  }
}
