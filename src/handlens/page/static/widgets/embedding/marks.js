// Over the cloud: a ring and a picture for what the page looks at, and a ring around the point that is pointed at.

/** @import {Input} from "#app/app/view.js" */
/** @import {Shape} from "#app/net/types.js" */

import { h } from "#app/widgets/dom.js";
import { painted } from "#app/widgets/pixels.js";

const ASIDE = 60; // CSS pixels at the right and at the top, where the picture needs another side

export class Marks {
  #picture = h("canvas", {});
  #own = h("div", { class: "embedding-own", hidden: true }, h("i", {}), this.#picture);
  #over = h("div", { class: "embedding-over", hidden: true });
  element = h("div", { class: "embedding-marks", "aria-hidden": "true" }, this.#over, this.#own);
  /** @type {Input | undefined} */
  #input;

  /**
   * @param {Input} input
   * @param {Shape} shape
   */
  paint(input, shape) {
    if (input === this.#input) return;
    this.#input = input;
    painted(input.pixels, shape, this.#picture);
  }

  /**
   * @param {[number, number]} place  CSS pixels; not a number: nowhere
   * @param {boolean} guessed  whether its place is only where its neighbours are
   * @param {number} side  of the plot
   */
  own([left, top], guessed, side) {
    this.#own.hidden = !(left === left);
    if (this.#own.hidden) return;
    this.#own.style.transform = `translate(${left}px, ${top}px)`;
    this.#own.classList.toggle("guessed", guessed);
    this.#own.classList.toggle("leftward", left > side - ASIDE);
    this.#own.classList.toggle("downward", top < ASIDE);
  }

  /** @param {[number, number] | null} place */
  over(place) {
    this.#over.hidden = place === null;
    if (place !== null) this.#over.style.transform = `translate(${place[0]}px, ${place[1]}px)`;
  }
}
