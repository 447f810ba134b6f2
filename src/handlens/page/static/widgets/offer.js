// In place of a part of a room that takes seconds to compute: a button, or why it can't be had.

/** @import {Run} from "#app/source/run.js" */

import { h, write } from "#app/widgets/dom.js";

/**
 * What a part is called in words.
 * @typedef {object} Wording
 * @property {string} ask  on the button: "Find them"
 * @property {string} none  where this page has no such part
 */

/** Brings one resource: at once where that is quick, else when it is asked to. */
export class Offer {
  #button = h("button", { type: "button" });
  #said = h("p", { class: "quiet-text", role: "status" });
  #words;
  #onHere;
  /** @type {Run | undefined} */
  #run;
  #key = "";
  #bringing = false;
  /** Why the last attempt failed. */
  #fault = "";

  /**
   * @param {Wording} words
   * @param {() => void} onHere  the resource came
   */
  constructor(words, onHere) {
    this.#words = words;
    this.#onHere = onHere;
    this.#button.addEventListener("click", () => this.#bring());
    this.element = h("div", { class: "offer", hidden: true }, this.#button, this.#said);
  }

  /**
   * The resource, if it is here; else it is brought, or offered in the element.
   * @param {Run} run
   * @param {string} key
   */
  update(run, key) {
    if (key !== this.#key) this.#fault = "";
    this.#run = run;
    this.#key = key;
    const here = run.partHere(key);
    this.element.hidden = here !== undefined;
    if (here !== undefined) return here;
    const there = run.has(partOf(key));
    if (there && this.#seconds === undefined && !this.#bringing && this.#fault === "") this.#bring();
    this.#show(there);
    return undefined;
  }

  /** @param {boolean} there  whether the page can get it */
  #show(there) {
    this.#button.hidden = !there || this.#bringing;
    const { ask, none } = this.#words;
    const about = this.#seconds === undefined ? "" : ` (about ${this.#seconds} s)`;
    write(this.#button, this.#fault === "" ? `${ask}${about}` : "Try again");
    const why = this.#run?.about.rooms?.missing[partOf(this.#key)] ?? none;
    write(this.#said, !there ? why : this.#bringing ? `Being computed${about} …` : this.#fault);
  }

  /** About how long it takes; undefined where it needn't be asked for. */
  get #seconds() {
    return this.#run?.about.rooms?.slow[partOf(this.#key)];
  }

  async #bring() {
    this.#bringing = true;
    this.#fault = "";
    this.#show(true);
    try {
      await this.#run?.part(this.#key);
    } catch (error) {
      this.#fault = error instanceof Error ? error.message : String(error);
    }
    this.#bringing = false;
    if (this.#fault === "") this.#onHere();
    else this.#show(true);
  }
}

/** How a key begins: all resources of a part are there, or none. @param {string} key */
function partOf(key) {
  return key.split(/[/.]/)[0];
}
