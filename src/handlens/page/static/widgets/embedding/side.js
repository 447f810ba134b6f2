// Beside the cloud: the nearest to one's own input, the chosen ones, and what may be read from the picture.

/** @import {Actions, Chosen, View} from "#app/app/view.js" */
/** @import {Outcomes} from "#app/look/outcomes.js" */
/** @import {Items} from "#app/source/run.js" */

import { positionsOf } from "#app/look/chosen.js";
import { READING, chosenWords, itemWords, ownWords } from "#app/look/embedding/words.js";
import { h, write } from "#app/widgets/dom.js";
import { Faces } from "#app/widgets/faces.js";

const SHOWN = 24; // of those chosen

/**
 * @typedef {object} Told
 * @property {View} view
 * @property {Outcomes} outcomes
 * @property {Items} items
 * @property {"linear" | "tsne"} kind
 * @property {number[]} near  positions
 * @property {boolean} member  whether the input is itself a point of the cloud
 */

export class Side {
  #may = h("p", {});
  #not = h("p", {});
  #own = h("p", { class: "quiet-text" });
  #chosen = h("p", { class: "embedding-chosen", "aria-live": "polite" });
  #fault = h("p", { class: "embedding-fault", role: "status", hidden: true });
  #clear = h("button", { type: "button", class: "quiet" }, "Choose none");
  #truth = h("select", { "aria-label": "Class of those to choose" });
  #answer = h("select", { "aria-label": "Answer to those to choose" });
  #near;
  #picked;
  #actions;
  /** @type {Told | undefined} */
  #told;

  /**
   * @param {Actions} actions
   * @param {(position: number) => void} take
   */
  constructor(actions, take) {
    this.#actions = actions;
    const caption = (/** @type {number} */ position) => this.#caption(position);
    const fault = (/** @type {unknown} */ error) => this.fault(error);
    this.#near = new Faces("Nearest in what the network answers", caption, take, fault);
    this.#picked = new Faces("Chosen ones", caption, take, fault);
    this.#clear.addEventListener("click", () => actions.choose(null));
    for (const select of [this.#truth, this.#answer]) select.addEventListener("change", () => this.#select());
    this.element = h(
      "div",
      { class: "embedding-side" },
      h(
        "section",
        { class: "embedding-near" },
        h("h3", {}, "Nearest in what it answers"),
        this.#near.element,
        this.#own,
      ),
      h(
        "section",
        { class: "embedding-picked" },
        h("h3", {}, "Chosen"),
        h(
          "div",
          { class: "embedding-choice" },
          this.#truth,
          h("span", {}, "read as"),
          this.#answer,
          this.#clear,
        ),
        this.#chosen,
        this.#picked.element,
        this.#fault,
      ),
      h(
        "dl",
        { class: "embedding-reading" },
        h("dt", {}, "May be read"),
        h("dd", {}, this.#may),
        h("dt", {}, "May not"),
        h("dd", {}, this.#not),
      ),
    );
  }

  /** @param {string[]} classes */
  build(classes) {
    for (const [select, any] of /** @type {const} */ ([
      [this.#truth, "any class"],
      [this.#answer, "anything"],
    ])) {
      const options = classes.map((name, k) => h("option", { value: k }, name));
      select.append(h("option", { value: "" }, any), ...options);
    }
  }

  /** @param {"linear" | "tsne"} kind */
  read(kind) {
    write(this.#may, READING[kind].may);
    write(this.#not, READING[kind].not);
  }

  /** @param {Told} told */
  update(told) {
    this.#told = told;
    const { view, outcomes, items, kind, near, member } = told;
    const { run, chosen, input } = view;
    const { set } = outcomes;
    const ours = input.from.kind === "digit" && input.from.set === set;
    const current = input.from.kind === "digit" && ours ? input.from.position : -1;
    this.#near.update({ run, set, positions: near, current });
    write(this.#own, ownWords(kind, member));
    const positions = chosen === null ? new Int32Array(0) : positionsOf(chosen, outcomes, items.labels);
    this.#picked.update({ run, set, positions: positions.subarray(0, SHOWN), current });
    this.#tell(chosen, positions, told);
  }

  /**
   * @param {Chosen | null} chosen
   * @param {Int32Array} positions
   * @param {Told} told
   */
  #tell(chosen, positions, { view, outcomes, items }) {
    const { classes } = view.run.graph;
    const words = chosenWords(positions, items.labels, outcomes.guesses, classes);
    const more = positions.length > SHOWN ? ` The first ${SHOWN}:` : "";
    write(this.#chosen, chosen === null ? "Draw around some, or name them here." : words + more);
    this.#clear.disabled = chosen === null;
    if (chosen?.kind === "cell") {
      this.#truth.value = String(chosen.label);
      this.#answer.value = String(chosen.guess);
    } else if (chosen?.from !== "filter") this.#truth.value = this.#answer.value = "";
  }

  /** Choose by name: a class, an answer, or the cell of both, which follows the step. */
  #select() {
    if (this.#told === undefined) return;
    const { outcomes, items } = this.#told;
    const [label, guess] = [this.#truth, this.#answer].map(({ value }) =>
      value === "" ? -1 : Number(value),
    );
    if (label >= 0 && guess >= 0) this.#actions.choose({ kind: "cell", label, guess });
    else if (label < 0 && guess < 0) this.#actions.choose(null);
    else {
      const fits = (/** @type {number} */ i) => items.labels[i] === label || outcomes.guesses[i] === guess;
      const positions = Int32Array.from(items.labels.keys()).filter(fits);
      this.#actions.choose({ kind: "items", positions, from: "filter" });
    }
  }

  /** @param {number} position */
  #caption(position) {
    const { view, outcomes, items } = /** @type {Told} */ (this.#told);
    const { classes } = view.run.graph;
    const [label, guess] = [items.labels[position], outcomes.guesses[position]];
    const wrong = label !== guess;
    const text = wrong ? `${classes[label]} → ${classes[guess] ?? "none"}` : classes[label];
    return { text, wrong, title: itemWords(position, items, outcomes, view.run) };
  }

  /** @param {unknown} error */
  fault(error) {
    this.#fault.hidden = false;
    write(this.#fault, error instanceof Error ? error.message : String(error));
  }
}
