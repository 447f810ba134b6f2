// Choosing an item of the training, validation or test set.

/** @import {Actions, Input, View} from "#app/app/view.js" */
/** @import {Items, Run} from "#app/source/run.js" */

import { further, matching, positionOf } from "#app/reading/choice.js";
import { pixelsOfDigit } from "#app/reading/input.js";
import { setName } from "#app/reading/words.js";
import { h, write } from "#app/widgets/dom.js";
import { PAGE, Strip } from "#app/widgets/strip.js";
import { counted } from "#app/widgets/words.js";

export class Picker {
  /** @type {Run | undefined} */
  #run;
  /** @type {Input | undefined} */
  #input;
  /** The last frame's step: another one guesses otherwise. */
  #last = -1;
  /** @type {Items | undefined} */
  #items;
  /** Those that are asked for. @type {number[]} */
  #positions = [];
  /** The place in #positions of the strip's first. */
  #start = 0;
  /** Counts the wishes: what an outdated one brings is dropped. A set and an item are waited for apart. */
  #wish = { set: 0, item: 0 };
  #visible = false;
  #actions;
  #say;
  #set = h("select", { onchange: () => this.#load() });
  #label = h("select", { onchange: () => this.#filter() });
  #wrong = h("input", { type: "checkbox", onchange: () => this.#filter() });
  #note = h("p", { class: "picker-note quiet-text" });
  #number = h("input", { type: "text", inputmode: "numeric", size: 5, onchange: () => this.#find() });
  #count = h("span", { class: "number", "aria-live": "polite" });
  #strip = new Strip(
    (position) => this.#take(position),
    (pages) => this.#turn(pages),
    (error) => this.#fault(error),
  );
  #none = h("p", { class: "strip-none", hidden: true });
  #earlier = h("button", { type: "button", class: "quiet", "aria-label": "Earlier ones" }, "‹");
  #later = h("button", { type: "button", class: "quiet", "aria-label": "Later ones" }, "›");
  #steps = [
    h("button", { type: "button", onclick: () => this.#step(-1) }, "Previous"),
    h("button", { type: "button", onclick: () => this.#step(1) }, "Next"),
    h("button", { type: "button", onclick: () => this.#random() }, "Random"),
  ];

  /**
   * @param {HTMLElement} element
   * @param {Pick<Actions, "take">} actions
   * @param {(text: string, fault?: boolean) => void} say
   */
  constructor(element, actions, say) {
    this.#actions = actions;
    this.#say = say;
    this.#earlier.addEventListener("click", () => this.#turn(-1));
    this.#later.addEventListener("click", () => this.#turn(1));
    element.append(
      h(
        "div",
        { class: "picker-row" },
        labelled("Set", this.#set),
        labelled("Class", this.#label),
        labelled("Number", this.#number),
      ),
      h("label", {}, this.#wrong, "only what it gets wrong at the end"),
      this.#note,
      this.#strip.element,
      this.#none,
      h("div", { class: "picker-pages" }, this.#earlier, this.#count, this.#later),
      h("div", { class: "picker-row" }, ...this.#steps),
    );
  }

  /**
   * Digits are fetched only while they can be seen.
   * @param {boolean} visible
   */
  show(visible) {
    this.#visible = visible;
    if (visible && this.#items === undefined) this.#load();
  }

  /** @param {View} view */
  update({ run, input }) {
    const last = run.steps[run.steps.length - 1];
    const changed = run !== this.#run || last !== this.#last;
    if (run !== this.#run) this.#open(run);
    this.#last = last;
    const moved = input !== this.#input && input.from.kind === "digit" && input.from.set !== this.#set.value;
    const other = input !== this.#input;
    this.#input = input;
    if (moved && input.from.kind === "digit") this.#set.value = input.from.set;
    if (changed || moved) this.#load();
    else if (other) this.#follow();
  }

  /** @param {Run} run */
  #open(run) {
    this.#run = run;
    const { sets, first } = run.about;
    this.#set.replaceChildren(
      ...sets.map(({ name, n, held }) => {
        const size = held < n ? `${counted(held)} of ${counted(n)}` : counted(n);
        return h("option", { value: name }, `${setName(name)} (${size})`);
      }),
    );
    this.#set.value = first?.set ?? sets[sets.length - 1]?.name ?? "";
    const classes = run.graph.classes.map((name, k) => h("option", { value: k }, name));
    this.#label.replaceChildren(h("option", { value: "" }, "any"), ...classes);
  }

  async #load() {
    const run = this.#run;
    const set = this.#set.value;
    const wish = ++this.#wish.set;
    this.#items = undefined;
    if (run === undefined || set === "" || !this.#visible) return;
    try {
      const items = await run.set(set);
      if (wish !== this.#wish.set) return;
      this.#items = items;
      this.#filter();
    } catch (error) {
      if (wish === this.#wish.set) this.#fault(error);
    }
  }

  #filter() {
    if (this.#items === undefined) return;
    const label = this.#label.value === "" ? null : Number(this.#label.value);
    this.#positions = matching(this.#items, label, this.#wrong.checked);
    this.#start = 0;
    this.#follow();
  }

  /** Turn to the page that holds the input, where it is among those asked for. */
  #follow() {
    const place = this.#positions.indexOf(this.#current);
    if (place >= 0) this.#start = place - (place % PAGE);
    this.#draw();
  }

  /** The position of the input in this set; -1 where it is none of its items. */
  get #current() {
    const from = this.#input?.from;
    return from?.kind === "digit" && from.set === this.#set.value ? from.position : -1;
  }

  #draw() {
    const [run, items, positions] = [this.#run, this.#items, this.#positions];
    if (run === undefined || items === undefined) return;
    const shown = positions.slice(this.#start, this.#start + PAGE);
    this.#strip.update({ run, set: this.#set.value, items, positions: shown }, this.#current);
    this.#strip.element.hidden = shown.length === 0;
    this.#none.hidden = shown.length > 0;
    write(this.#none, `The ${setName(this.#set.value)} set has no such ${run.about.things} here.`);
    const range = [this.#start + 1, this.#start + shown.length].map(counted);
    if (shown.length === 1) range.pop();
    write(this.#count, shown.length === 0 ? "none" : `${range.join("–")} of ${counted(positions.length)}`);
    this.#earlier.disabled = this.#start === 0;
    this.#later.disabled = this.#start + PAGE >= positions.length;
    for (const button of this.#steps) button.disabled = positions.length === 0;
    this.#number.value = this.#current < 0 ? "" : String(items.indices[this.#current]);
    const wrong = shown.some((position) => items.labels[position] !== items.guesses[position]);
    write(this.#note, `${noteOf(run, this.#set.value)}${wrong ? " Wrong ones: class → its answer." : ""}`);
  }

  /** @param {number} pages */
  #turn(pages) {
    const start = this.#start + pages * PAGE;
    if (start < 0 || start >= this.#positions.length) return;
    this.#start = start;
    this.#draw();
  }

  /** @param {number} count */
  #step(count) {
    if (this.#positions.length > 0) this.#take(further(this.#positions, this.#current, count));
  }

  #random() {
    const others = this.#positions.filter((position) => position !== this.#current);
    if (others.length > 0) this.#take(others[Math.floor(Math.random() * others.length)]);
  }

  #find() {
    const [run, items, set] = [this.#run, this.#items, this.#set.value];
    if (run === undefined || items === undefined) return;
    const size = run.about.sets.find(({ name }) => name === set)?.n ?? 0;
    const found = positionOf(items, size, setName(set), this.#number.value);
    if ("fault" in found) this.#say(found.fault, true);
    else this.#take(found.position);
  }

  /** @param {number} position */
  async #take(position) {
    const wish = ++this.#wish.item;
    const before = this.#input;
    const set = this.#set.value;
    if (this.#run === undefined) return;
    try {
      const input = await pixelsOfDigit(this.#run, set, position);
      const other = this.#set.value !== set || this.#input !== before; // was chosen, or given, meanwhile
      if (wish !== this.#wish.item || other) return;
      this.#say("");
      this.#actions.take(input);
    } catch (error) {
      if (wish === this.#wish.item) this.#fault(error);
    }
  }

  /** @param {unknown} error */
  #fault(error) {
    this.#say(error instanceof Error ? error.message : String(error), true);
  }
}

/**
 * @param {string} text
 * @param {HTMLElement} control
 */
function labelled(text, control) {
  return h("label", { class: "labelled" }, h("span", {}, text), control);
}

/**
 * What must be known of a set before its results are believed.
 * @param {Run} run
 * @param {string} set
 */
function noteOf({ about }, set) {
  const split = about.sets.some(({ name }) => name === "validation");
  if (set === "train") return `It has learnt from these${split ? ", but for the validation set's" : ""}.`;
  if (set === about.watched) return "Watched during the training.";
  return set === "test" ? "Drawn afterwards; chose nothing." : "";
}
