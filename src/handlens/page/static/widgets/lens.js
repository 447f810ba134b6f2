// The lens: how the number that one points at came about.

/** @import {Actions, Unit, View} from "#app/app/view.js" */
/** @import {Arithmetic} from "#app/look/arithmetic.js" */
/** @import {Terms} from "#app/widgets/lens/terms.js" */

import { explain } from "#app/look/arithmetic.js";
import { number } from "#app/look/numbers.js";
import { h, write } from "#app/widgets/dom.js";
import { gradientWords } from "#app/widgets/lens/gradient.js";
import { placeWords, unitOf } from "#app/widgets/lens/place.js";
import { termsOf } from "#app/widgets/lens/terms.js";

/** The panel beside the network. Its nodes are kept; an update writes what changed. */
export class Lens {
  /** @type {Map<string, Terms>} */
  #terms = new Map();
  #shown = "";
  /** @type {View["tables"] | null} */
  #tables = null;
  /** @type {View | null} */
  #view = null;
  /** What was pointed at last: it stays, so that it can be read. @type {Unit | null} */
  #unit = null;
  #stage = h("span");
  #comma = h("span", { class: "unseen" }, ", ");
  #place = h("span", { class: "lens-place" });
  #value = h("span", { class: "lens-value number", "data-role": "shown" });
  #formula = h("p", { class: "lens-formula quiet-text" });
  #body = h("div", { class: "lens-body" });
  #gradient = h("p", { class: "lens-gradient", "data-role": "gradient" });
  #open;
  #empty = h(
    "p",
    { class: "lens-empty quiet-text" },
    "Point at any pixel of any map, and see how its number came about.",
  );

  /**
   * @param {HTMLElement} element
   * @param {Actions} actions
   */
  constructor(element, actions) {
    this.element = element;
    const open = () => actions.pin(this.#unit);
    this.#open = h("button", { type: "button", class: "quiet", onclick: open }, "Watch it being computed");
    const heading = h("h2", {}, this.#stage, this.#comma, this.#place);
    const head = h("div", { class: "lens-head" }, heading, this.#value);
    element.classList.add("lens");
    element.replaceChildren(head, this.#empty, this.#formula, this.#body, this.#gradient, this.#open);
    this.#blank(true);
  }

  /** @param {View} view */
  update(view) {
    this.#view = view;
    const unit = (this.#unit = unitOf(view) ?? this.#unit);
    this.element.classList.toggle("pointing", view.unit !== null);
    const { computed, show, label, pinned, tables } = view;
    const key = unit && [unit.stage, unit.index, computed, show, label, pinned].join(" ");
    if (key === this.#shown && tables === this.#tables) return;
    this.#shown = key ?? "";
    this.#tables = tables;
    this.#blank(unit === null);
    if (unit !== null) this.#show(unit, view);
  }

  /** @param {boolean} empty */
  #blank(empty) {
    this.#empty.hidden = !empty;
    write(this.#stage, "The lens");
    write(this.#place, "");
    const parts = [this.#comma, this.#value, this.#formula, this.#body, this.#gradient, this.#open];
    for (const part of parts) part.hidden = empty;
  }

  /**
   * @param {Unit} unit
   * @param {View} view
   */
  #show(unit, view) {
    const { network, run, step } = view;
    const weights = run.weights(step);
    if (weights === undefined) return; // a growing recording gave that frame up; another is on its way
    const arithmetic = explain(network, unit.stage, unit.index, weights);
    write(this.#stage, unit.stage);
    write(this.#place, placeWords(network.graph, unit));
    write(this.#value, number(arithmetic.value));
    this.#value.dataset.value = String(arithmetic.value);
    write(this.#formula, arithmetic.text);
    const terms = this.#termsFor(arithmetic);
    if (this.#body.firstChild !== terms.element) this.#body.replaceChildren(terms.element);
    terms.update(arithmetic, view);
    this.#gradient.hidden = view.show !== "gradients";
    if (view.show === "gradients") write(this.#gradient, gradientWords(view, unit));
    this.#open.hidden = view.pinned;
  }

  /** @param {Arithmetic} arithmetic */
  #termsFor({ op }) {
    let terms = this.#terms.get(op);
    if (terms === undefined) {
      terms = termsOf(op, () => this.#again());
      this.#terms.set(op, terms);
    }
    return terms;
  }

  /** Something was chosen within the lens. */
  #again() {
    this.#shown = "again";
    if (this.#view !== null) this.update(this.#view);
  }
}
