// A new training: a preset, and what of it is to be otherwise.

/** @import {LiveFacts, Recipe} from "#app/source/live.js" */

import { differing, FORM } from "#app/look/train/fields.js";
import { h } from "#app/widgets/dom.js";
import { Field } from "#app/widgets/train/field.js";

const FIRST = "default"; // a result in well under a minute

export class Form {
  #recipes;
  #preset = h("select", {});
  #fields;

  /**
   * @param {LiveFacts} facts
   * @param {() => void} changed
   */
  constructor({ recipes, fields }, changed) {
    this.#recipes = recipes;
    this.#fields = FORM.map((name) => new Field(name, fields[name], changed));
    this.#preset.append(...Object.keys(recipes).map((name) => h("option", { value: name }, name)));
    this.#preset.value = FIRST;
    this.#preset.addEventListener("input", () => {
      this.#fill();
      changed();
    });
    this.#fill();
    const preset = h("label", { class: "train-field" }, h("span", {}, "Recipe"), this.#preset);
    this.element = h("div", { class: "train-form" }, preset, ...this.#fields.map(({ element }) => element));
  }

  /** The recipe's fields as they are sent; undefined where one means nothing. @returns {Recipe | undefined} */
  get recipe() {
    const entries = this.#fields.map(({ name, value }) => [name, value]);
    for (const field of this.#fields) field.mark(field.value === undefined);
    if (entries.some(([, value]) => value === undefined)) return undefined;
    const preset = this.#preset.value;
    return { preset, ...differing(Object.fromEntries(entries), this.#recipes[preset]) };
  }

  /** @param {string | null} name  of the field that was refused */
  blame(name) {
    for (const field of this.#fields) field.mark(field.name === name);
  }

  #fill() {
    const preset = this.#recipes[this.#preset.value];
    for (const field of this.#fields) {
      field.value = preset[field.name];
      if (field.name === "blocks") field.disable(preset.net !== "tutorial");
    }
  }
}
