// The result: the picture with its boxes, the text, every digit, and one of them closer.

/** @import {Found, Reading} from "#app/read/types.js" */

import { Board } from "#app/read/board.js";
import { copied } from "#app/read/copy.js";
import { corrector } from "#app/read/correct.js";
import { Closer, Finds, numbered } from "#app/read/finds.js";
import { sentence, spoken, summary } from "#app/read/words.js";
import { h, write } from "#app/widgets/dom.js";

const COPIED = 2000; // milliseconds that the button says so

export class Result {
  #element;
  #teaching;
  #voice = h("p", { class: "unseen", role: "status" });
  #text = h("output", { class: "text" });
  #copy = h("button", { type: "button" }, "Copy");
  #summary = h("p", { class: "summary" });
  #notes = h("ul", { class: "notes" });
  #said = h("div", { class: "said-card card" });
  #board = new Board((number) => this.#pick(number));
  #finds = new Finds((number) => this.#pick(number));
  #closer = new Closer();
  #found = /** @type {Found[]} */ ([]);
  /** @type {number | null} */
  #picked = null;

  /**
   * @param {HTMLElement} element
   * @param {boolean} teaching  whether corrections are taken
   */
  constructor(element, teaching) {
    this.#element = element;
    this.#teaching = teaching;
    this.#copy.addEventListener("click", () => this.#copyText());
    this.#said.append(h("div", { class: "text-row" }, this.#text, this.#copy), this.#summary, this.#notes);
    const words = h("div", { class: "words" }, this.#said, this.#finds.element, this.#closer.element);
    element.append(this.#voice, this.#board.element, words);
  }

  /**
   * Another picture, not read yet.
   * @param {ImageBitmap | null} shown
   */
  picture(shown) {
    this.#element.hidden = false;
    this.#board.picture(shown);
    this.nothing();
  }

  /** No reading, or none yet. */
  nothing() {
    this.#show([], false);
    this.#board.clear();
    this.#finds.show({ lines: [], rejected: [] });
    write(this.#voice, "");
  }

  /** @param {Reading} reading */
  reading(reading) {
    const { lines, rejected } = numbered(reading);
    const notes = reading.notes.map(sentence);
    this.#show([...lines.flat(), ...rejected], true);
    this.#board.reading(reading, this.#found);
    this.#finds.show({ lines, rejected });
    write(this.#text, reading.text === "" ? "No digits" : reading.text);
    this.#text.classList.toggle("none", reading.text === "");
    this.#text.classList.toggle("long", isLong(reading.text));
    this.#copy.hidden = reading.text === "";
    write(this.#summary, summary(reading));
    this.#notes.replaceChildren(...notes.map((note) => h("li", {}, note)));
    this.#notes.hidden = notes.length === 0;
    const told = [spoken(reading.text), summary(reading), ...notes];
    write(this.#voice, told.filter((part) => part !== "").join(" – "));
  }

  /**
   * @param {Found[]} found
   * @param {boolean} read
   */
  #show(found, read) {
    this.#found = found;
    this.#said.hidden = !read;
    this.#finds.element.hidden = !read;
    this.#pick(null);
  }

  /** @param {number | null} number */
  #pick(number) {
    this.#picked = number === this.#picked ? null : number;
    this.#board.pick(this.#picked);
    this.#finds.pick(this.#picked);
    const found = this.#found.find((one) => one.number === this.#picked);
    this.#closer.show(found, ...this.#correction(found));
    this.#closer.element.scrollIntoView?.({ block: "nearest" });
  }

  /** @param {Found | undefined} found */
  #correction(found) {
    if (!this.#teaching || found === undefined) return [];
    const { frame } = found.kind === "digit" ? found.digit : found.ink;
    if (frame === null) return [];
    return [corrector(frame, found.kind === "digit" ? found.digit.value : null)];
  }

  async #copyText() {
    const done = await copied(this.#text.textContent ?? "");
    write(this.#copy, done ? "Copied" : "Select it");
    setTimeout(() => write(this.#copy, "Copy"), COPIED);
  }
}

/** Whether a text is set smaller. @param {string} text */
function isLong(text) {
  const lines = text.split("\n");
  return lines.length > 4 || lines.some((line) => line.length > 12);
}
