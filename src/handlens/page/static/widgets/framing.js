// What the network really sees, pixel by pixel, and how it came about.

/** @import {Actions, Input, View} from "#app/app/view.js" */
/** @import {Shape} from "#app/net/types.js" */

import { explained, sentence } from "#app/reading/words.js";
import { painted } from "#app/widgets/pixels.js";
import { FramingSteps } from "#app/widgets/framing_steps.js";
import { ARROWS, h, write } from "#app/widgets/dom.js";

export class Framing {
  /** @type {Input | undefined} */
  #input;
  /** @type {Shape} */
  #shape = [1, 1, 1];
  /** Row and column that is read, while one is. @type {[number, number] | null} */
  #at = null;
  #actions;
  #seen = h("canvas", { class: "seen", tabindex: 0, role: "application" });
  #mark = h("i", { class: "seen-mark", hidden: true });
  #size = h("p", { class: "quiet-text" });
  #what = h("p", { class: "input-what", "aria-live": "polite" });
  #place = h("span");
  #value = h("strong", { class: "number" });
  #read = h("p", { class: "seen-value", "aria-live": "polite" }, this.#place, " ", this.#value);
  #why = h("p", { class: "quiet-text" });
  #steps = new FramingSteps();
  #details = h("details", { class: "framing" }, h("summary", {}, "How it came about"));

  /**
   * @param {HTMLElement} element
   * @param {Pick<Actions, "focus">} actions
   */
  constructor(element, actions) {
    this.#actions = actions;
    this.#listen();
    const text = h("div", {}, h("h3", {}, "What it sees"), this.#size, this.#what, this.#read);
    this.#details.append(this.#steps.element, this.#why);
    const frame = h("div", { class: "seen-frame" }, this.#seen, this.#mark);
    element.append(h("div", { class: "seen-row" }, frame, text), this.#details);
  }

  /** @param {View} view */
  update({ input, run }) {
    if (input === this.#input) return;
    this.#input = input;
    this.#shape = run.graph.input.shape;
    const [channels, height, width] = this.#shape;
    painted(input.pixels, this.#shape, this.#seen);
    this.#seen.style.setProperty("--ratio", String(width / height));
    const depth = channels === 1 ? "" : `${channels} × `;
    write(this.#size, `${depth}${height} × ${width}, 0 to 1`);
    const what = sentence(input, run.graph.classes);
    write(this.#what, what);
    this.#seen.setAttribute("aria-label", `What the network sees: ${what} Arrow keys read its numbers.`);
    write(this.#why, explained(input, this.#shape));
    this.#steps.element.hidden = input.frame === null;
    if (this.#details.open) this.#steps.update(input);
    this.#tell();
  }

  #listen() {
    this.#seen.addEventListener("pointermove", (event) => this.#point(event));
    this.#seen.addEventListener("pointerdown", (event) => this.#point(event));
    for (const end of ["pointerleave", "blur"]) this.#seen.addEventListener(end, () => this.#look(null));
    this.#seen.addEventListener("keydown", (event) => this.#key(event));
    this.#details.addEventListener("toggle", () => {
      if (this.#details.open && this.#input !== undefined) this.#steps.update(this.#input);
    });
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const [, height, width] = this.#shape;
    const box = this.#seen.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * height);
    const column = Math.floor(((event.clientX - box.left) / box.width) * width);
    this.#look([row, column]);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const arrow = ARROWS[event.key];
    if (arrow === undefined) return;
    event.preventDefault();
    const [, height, width] = this.#shape;
    const [row, column] = this.#at ?? [Math.floor(height / 2), Math.floor(width / 2)];
    this.#look(this.#at === null ? [row, column] : [row + arrow[0], column + arrow[1]]);
  }

  /**
   * Read the pixel there, or none.
   * @param {[number, number] | null} at
   */
  #look(at) {
    const [, height, width] = this.#shape;
    const inside = at !== null && at[0] >= 0 && at[0] < height && at[1] >= 0 && at[1] < width;
    if (at !== null && !inside) return;
    if (at === this.#at || (at !== null && at.join() === this.#at?.join())) return;
    this.#at = at;
    this.#tell();
    this.#actions.focus(at === null ? null : { stage: "input", index: at[0] * width + at[1] });
  }

  #tell() {
    this.#mark.hidden = this.#read.hidden = this.#at === null;
    if (this.#at === null || this.#input === undefined) return;
    const [channels, height, width] = this.#shape;
    const [row, column] = this.#at;
    const values = Array.from({ length: channels }, (_, channel) =>
      this.#input?.pixels[(channel * height + row) * width + column].toFixed(3),
    );
    write(this.#place, `row ${row}, column ${column}:`);
    write(this.#value, values.join(" "));
    for (const [name, share] of Object.entries({ top: row / height, left: column / width })) {
      this.#mark.style.setProperty(name, `${100 * share}%`);
    }
    this.#mark.style.width = `${100 / width}%`;
    this.#mark.style.height = `${100 / height}%`;
  }
}
