// The items themselves: a page of those that are asked for, in order, and what is known of the one looked at.

/** @import {Shown as Items} from "#app/look/mistakes/items.js" */
/** @import {Asked} from "#app/look/mistakes/state.js" */
/** @import {Run} from "#app/source/run.js" */

import { positionsOf } from "#app/look/chosen.js";
import { countWords, itemOf } from "#app/look/mistakes/items.js";
import { members, ordered } from "#app/look/mistakes/sort.js";
import { FILTERS, SORTS } from "#app/look/mistakes/state.js";
import {
  captionWords,
  chosenWords,
  FILTER_WORDS,
  itemWords,
  legendWords,
  SORT_WORDS,
} from "#app/look/mistakes/words.js";
import { itemName } from "#app/reading/words.js";
import { h, write } from "#app/widgets/dom.js";
import { Faces } from "#app/widgets/faces.js";
import { counted } from "#app/widgets/words.js";

const PAGE = 24; // makes whole rows of 4, 6, 8 and 12

/**
 * @typedef {Items & {run: Run, current: number, exact: number}} Shown  current: the position of the item looked
 *   at, or -1; exact: its loss from its logits, NaN where these aren't here
 */

/**
 * @typedef {object} Wishes
 * @property {(asked: Partial<Asked>) => void} ask  with another filter, nothing is chosen any more
 * @property {() => void} drop  what is chosen
 * @property {(position: number) => void} take
 * @property {(error: unknown) => void} fault
 */

export class Gallery {
  /** @type {Shown | undefined} */
  #shown;
  /** @type {ArrayLike<number>} */
  #positions = [];
  #start = 0;
  #faces;
  #chip = h("button", { type: "button", class: "mistakes-chip", "aria-pressed": "true" });
  #filters;
  #sort = h("select", { "aria-label": "Order" });
  #count = h("p", { class: "quiet-text" });
  #current = h("p", { class: "mistakes-current" });
  #what = h("span");
  #legend = h("p", { class: "quiet-text" });
  #maps = h("a", { href: "#network" }, "See its maps");
  #pages = h("div", { class: "mistakes-pages" });
  #range = h("span", { class: "number" });
  #title = h("h3");
  #earlier = h("button", { type: "button", class: "quiet", "aria-label": "Earlier ones" }, "‹");
  #later = h("button", { type: "button", class: "quiet", "aria-label": "Later ones" }, "›");

  /** @param {Wishes} wishes */
  constructor(wishes) {
    const captionOf = (/** @type {number} */ position) => this.#captionOf(position);
    this.#faces = new Faces("The items that are asked for", captionOf, wishes.take, wishes.fault);
    this.#filters = FILTERS.map((filter) => {
      const onclick = () => wishes.ask({ filter, cell: null });
      return h("button", { type: "button", onclick }, FILTER_WORDS[filter]);
    });
    this.#sort.append(...SORTS.map((sort) => h("option", { value: sort }, SORT_WORDS[sort])));
    this.#sort.addEventListener("change", () => {
      wishes.ask({ sort: SORTS.find((sort) => sort === this.#sort.value) });
    });
    this.#chip.addEventListener("click", wishes.drop);
    this.#earlier.addEventListener("click", () => this.#turn(-PAGE));
    this.#later.addEventListener("click", () => this.#turn(PAGE));
    this.#maps.addEventListener("click", (event) => {
      event.preventDefault(); // the address keeps telling the moment
      const network = document.getElementById("network");
      network?.focus({ preventScroll: true });
      network?.scrollIntoView();
    });
    const filters = h("div", { class: "segments", role: "group", "aria-label": "Show" }, ...this.#filters);
    this.#current.append(this.#what, " ", this.#maps);
    this.#pages.append(this.#earlier, this.#range, this.#later);
    this.element = h(
      "section",
      { class: "mistakes-gallery" },
      h("div", { class: "mistakes-head" }, this.#title, this.#count),
      h("div", { class: "mistakes-tools" }, this.#chip, filters, this.#sort),
      this.#faces.element,
      this.#pages,
      this.#current,
      this.#legend,
    );
  }

  /** Back to the first page: something else is asked for. */
  rewind() {
    this.#start = 0;
  }

  /** @param {Shown} shown */
  update(shown) {
    this.#shown = shown;
    const { asked, chosen, labels, outcomes, run } = shown;
    const found =
      chosen === null
        ? members(asked.filter, outcomes, labels, shown.doubted)
        : positionsOf(chosen, outcomes, labels);
    this.#positions = ordered(found, asked.sort, outcomes, labels);
    this.#chip.hidden = chosen === null;
    if (chosen !== null) {
      const words = chosenWords(chosen, shown.names);
      write(this.#chip, `${words} ×`);
      this.#chip.setAttribute("aria-label", `${words}: show this no longer`);
    }
    const doubts = shown.doubtful > 0;
    this.#filters.forEach((button, i) => {
      button.setAttribute("aria-pressed", String(chosen === null && FILTERS[i] === asked.filter));
      button.hidden = FILTERS[i] === "doubtful" && !doubts;
    });
    write(this.#legend, legendWords(asked.sort, doubts));
    this.#sort.value = asked.sort;
    write(this.#title, `The ${run.about.things} themselves`);
    write(this.#count, countWords(shown, this.#positions));
    this.#tell(shown);
    this.#draw();
  }

  /** @param {number} by */
  #turn(by) {
    this.#start += by;
    this.#draw();
  }

  #draw() {
    const { run, outcomes, current } = /** @type {Shown} */ (this.#shown);
    const { length } = this.#positions;
    if (this.#start >= length) this.#start = 0; // there are fewer at this step
    const positions = Array.prototype.slice.call(this.#positions, this.#start, this.#start + PAGE);
    this.#faces.update({ run, set: outcomes.set, positions, current });
    this.#pages.hidden = length <= PAGE;
    this.#earlier.disabled = this.#start === 0;
    this.#later.disabled = this.#start + PAGE >= length;
    const end = this.#start + positions.length;
    write(this.#range, `${counted(this.#start + 1)}–${counted(end)} of ${counted(length)}`);
  }

  /** What is known of the item that is looked at. @param {Shown} shown */
  #tell(shown) {
    const { current, indices, outcomes, exact } = shown;
    this.#maps.hidden = current < 0;
    if (current < 0) {
      write(this.#what, "Pick one: it becomes the input.");
      return;
    }
    const name = itemName(outcomes.set, indices[current]);
    write(this.#what, `The input: ${name}: ${itemWords(itemOf(shown, current), exact)}.`);
  }

  /** @param {number} position */
  #captionOf(position) {
    const shown = /** @type {Shown} */ (this.#shown);
    const item = itemOf(shown, position);
    const name = itemName(shown.outcomes.set, shown.indices[position]);
    return {
      text: captionWords(item, shown.asked.sort),
      title: `${name}: ${itemWords(item)}`,
      wrong: item.label !== item.guess,
    };
  }
}
