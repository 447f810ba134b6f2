// One thing that is to differ from the recording that is shown.

/** @import {LiveFacts, Recipe} from "#app/source/live.js" */

import { alike, changeable, labelOf } from "#app/look/train/fields.js";
import { h, write } from "#app/widgets/dom.js";
import { Field } from "#app/widgets/train/field.js";

const FIRST = "lr";
const SAME = "Everything as it was: from the start that gives the very same numbers.";

export class OneThing {
  #facts;
  #recipe;
  #branch;
  #changed;
  #select = h("select", { "aria-label": "What is to differ" });
  #place = h("span", { class: "train-value" });
  #about = h("p", { class: "quiet-text" });
  /** @type {Field | null} */
  #field = null;

  /**
   * @param {LiveFacts} facts
   * @param {Recipe} recipe  of the recording
   * @param {boolean} branch  whether it begins at a frame
   * @param {() => void} changed
   */
  constructor(facts, recipe, branch, changed) {
    this.#facts = facts;
    this.#recipe = recipe;
    this.#branch = branch;
    this.#changed = changed;
    const options = changeable(facts.fields, branch).map((name) =>
      h("option", { value: name }, labelOf(name)),
    );
    this.#select.append(h("option", { value: "" }, "nothing"), ...options);
    this.#select.value = FIRST;
    this.#select.addEventListener("input", () => {
      this.#choose();
      changed();
    });
    const line = h("div", { class: "train-one" }, h("span", {}, "Change"), this.#select, this.#place);
    this.element = h("div", {}, line, this.#about);
    this.#choose();
  }

  /** @returns {Recipe | undefined}  undefined where the value means nothing */
  get recipe() {
    if (this.#field === null) return {};
    const { name, value } = this.#field;
    this.#field.mark(value === undefined);
    this.#tell(name, value);
    return value === undefined ? undefined : { [name]: value };
  }

  /** @param {string | null} name  of the field that was refused */
  blame(name) {
    this.#field?.mark(this.#field.name === name);
  }

  #choose() {
    const name = this.#select.value;
    this.#field = name === "" ? null : new Field(name, this.#facts.fields[name], this.#changed, false);
    if (this.#field !== null) this.#field.value = this.#recipe[name];
    this.#place.replaceChildren(...(this.#field === null ? [] : ["to", this.#field.element]));
    this.#tell(name, this.#recipe[name]);
  }

  /**
   * Say what is to differ, or that nothing does as yet.
   * @param {string} name
   * @param {any} value
   */
  #tell(name, value) {
    const same = this.#branch ? "Everything as it was." : SAME;
    if (this.#field === null) write(this.#about, same);
    else if (!alike(value, this.#recipe[name])) write(this.#about, this.#facts.fields[name].about);
    else
      write(this.#about, `${this.#facts.fields[name].about} As it stands here, nothing differs yet. ${same}`);
  }
}
