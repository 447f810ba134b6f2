// One field of a recipe, to be filled in.

/** @import {FieldFacts} from "#app/source/live.js" */

import { labelOf, textsOf, valueOf } from "#app/look/train/fields.js";
import { h } from "#app/widgets/dom.js";

const PLACES = ["first", "second"];

export class Field {
  #facts;
  /** @type {(HTMLInputElement | HTMLSelectElement)[]} */
  #controls;

  /**
   * @param {string} name  in the recipe
   * @param {FieldFacts} facts
   * @param {() => void} changed
   * @param {boolean} [named]  whether its name stands beside it
   */
  constructor(name, facts, changed, named = true) {
    this.name = name;
    this.#facts = facts;
    const count = facts.type === "integers" || facts.type === "numbers" ? 2 : 1;
    this.#controls = Array.from({ length: count }, () => control(facts));
    for (const each of this.#controls) each.addEventListener("input", changed);
    const label = labelOf(name);
    const about = { class: "train-field", title: facts.about, "data-field": name };
    const title = h("span", {}, label);
    title.hidden = !named;
    if (count === 1) {
      this.element = h("label", about, title, this.#controls[0]);
      if (!named) this.#controls[0].setAttribute("aria-label", label);
      return;
    }
    this.#controls.forEach((each, i) => each.setAttribute("aria-label", `${label}: ${PLACES[i]}`));
    this.element = h("div", about, title, h("span", { class: "train-two" }, ...this.#controls));
  }

  /** What stands there; undefined where it means nothing. */
  get value() {
    return valueOf(
      this.#facts,
      this.#controls.map(({ value }) => value),
    );
  }

  set value(value) {
    textsOf(this.#facts, value).forEach((text, i) => (this.#controls[i].value = text));
  }

  /** @param {boolean} off  there is nothing to choose */
  disable(off) {
    for (const each of this.#controls) each.disabled = off;
  }

  /** @param {boolean} wrong */
  mark(wrong) {
    for (const each of this.#controls) each.setAttribute("aria-invalid", String(wrong));
  }
}

/** @param {FieldFacts} facts */
function control({ type, choices = [], min, max, optional }) {
  if (type === "choice")
    return h("select", {}, ...choices.map((choice) => h("option", { value: choice }, choice)));
  if (type === "text") return h("input", { type: "text" });
  const whole = type.startsWith("integer");
  return h("input", {
    type: "number",
    step: whole ? "1" : "any",
    inputmode: whole ? "numeric" : "decimal",
    placeholder: optional ? "all" : null,
    min,
    max,
  });
}
