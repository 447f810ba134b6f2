// The result: the picture with its boxes, the text, every digit, and one of them closer.

/** @import {Found, Reading} from "#app/read/types.js" */

import { Board } from "#app/read/board.js";
import { copied } from "#app/read/copy.js";
import { corrector } from "#app/read/correct.js";
import { corrected } from "#app/read/corrected.js";
import { Closer, Finds, numbered } from "#app/read/finds.js";
import { NONE, kept, sentence, spoken, summary } from "#app/read/words.js";
import { h, write } from "#app/widgets/dom.js";

const COPIED = 2000; // milliseconds that the button says so

export class Result {
  #element;
  #onTaught;
  #voice = h("p", { class: "unseen", role: "status" });
  #text = h("output", { class: "text" });
  #copy = h("button", { type: "button" }, "Copy");
  #summary = h("p", { class: "summary" });
  #notes = h("ul", { class: "notes" });
  #said = h("div", { class: "said-card card" });
  #board = new Board((number) => this.#pick(number));
  #finds;
  #closer = new Closer();
  /** Below the closer, whose buttons stay where they are. It is said aloud by the voice. */
  #kept = h("p", { class: "kept" });
  #found = /** @type {Found[]} */ ([]);
  /** @type {number | null} */
  #picked = null;
  /** As the server gave it. @type {Reading | null} */
  #reading = null;
  /** What was said of the ink of this picture, by frame. */
  #labels = /** @type {Map<string, string>} */ (new Map());
  /** Where it is said, by frame: what came of it stays there. */
  #correctors = /** @type {Map<string, HTMLElement>} */ (new Map());

  /**
   * @param {HTMLElement} element
   * @param {(() => void) | null} onTaught  is told that a correction was learnt; null where none are taken
   */
  constructor(element, onTaught) {
    this.#element = element;
    this.#onTaught = onTaught;
    this.#finds = new Finds((number) => this.#pick(number), onTaught !== null);
    this.#copy.addEventListener("click", () => this.#copyText());
    this.#said.append(h("div", { class: "text-row" }, this.#text, this.#copy), this.#summary, this.#notes);
    const parts = [this.#said, this.#finds.element, this.#closer.element, this.#kept];
    element.append(this.#voice, this.#board.element, h("div", { class: "words" }, ...parts));
  }

  /**
   * Another picture, not read yet.
   * @param {ImageBitmap | null} shown
   */
  picture(shown) {
    this.#element.hidden = false;
    this.#board.picture(shown);
    this.#labels.clear();
    this.#correctors.clear();
    this.nothing();
  }

  /** No reading, or none yet. */
  nothing() {
    this.#reading = null;
    this.#show([], false);
    this.#board.clear();
    this.#finds.show({ lines: [], rejected: [] });
    write(this.#kept, "");
    write(this.#voice, "");
  }

  /** @param {Reading} given */
  reading(given) {
    this.#reading = given;
    const reading = corrected(given, this.#labels);
    const { lines, rejected } = numbered(reading);
    const notes = reading.notes.map(sentence);
    const before = frameOf(this.#found.find((one) => one.number === this.#picked));
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
    write(this.#kept, kept(this.#labels.size, this.#cutAnew()));
    const told = [spoken(reading.text), summary(reading), ...notes, this.#kept.textContent];
    write(this.#voice, told.filter((part) => part !== "").join(" – "));
    if (before !== null) this.#turn(this.#found.find((one) => frameOf(one) === before));
  }

  /** Whether ink that something was said of isn't among what was found now. */
  #cutAnew() {
    const frames = new Set(this.#found.map(frameOf));
    return [...this.#labels.keys()].some((frame) => !frames.has(frame));
  }

  /**
   * @param {Found[]} found
   * @param {boolean} read
   */
  #show(found, read) {
    this.#found = found;
    this.#said.hidden = !read;
    this.#finds.element.hidden = !read;
    this.#turn(undefined);
  }

  /** @param {number} number */
  #pick(number) {
    this.#turn(number === this.#picked ? undefined : this.#found.find((one) => one.number === number));
    this.#closer.element.scrollIntoView?.({ block: "nearest" });
  }

  /** One of them closer, or none. @param {Found | undefined} found */
  #turn(found) {
    this.#picked = found?.number ?? null;
    this.#board.pick(this.#picked);
    this.#finds.pick(this.#picked);
    this.#closer.show(found, ...this.#correction(found));
  }

  /** @param {Found | undefined} found */
  #correction(found) {
    const frame = frameOf(found);
    if (this.#onTaught === null || found === undefined || frame === null) return [];
    const value = found.kind === "digit" ? found.digit.value : NONE;
    const known = this.#correctors.get(frame);
    const one = known ?? corrector(frame, value, (label) => this.#correct(frame, label));
    this.#correctors.set(frame, one);
    return [one];
  }

  /**
   * What was said is shown at once; what else the network reads in another way now, when it was asked.
   * @param {string} frame
   * @param {string} label
   */
  #correct(frame, label) {
    if (!this.#correctors.has(frame) || this.#reading === null) return; // another picture was given meanwhile
    this.#labels.set(frame, label);
    this.reading(this.#reading);
    this.#onTaught?.();
  }

  async #copyText() {
    const done = await copied(this.#text.textContent ?? "");
    write(this.#copy, done ? "Copied" : "Select it");
    setTimeout(() => write(this.#copy, "Copy"), COPIED);
  }
}

/** What the network saw of something that was found. @param {Found | undefined} found */
function frameOf(found) {
  if (found === undefined) return null;
  return found.kind === "digit" ? found.digit.frame : found.ink.frame;
}

/** Whether a text is set smaller. @param {string} text */
function isLong(text) {
  const lines = text.split("\n");
  return lines.length > 4 || lines.some((line) => line.length > 12);
}
