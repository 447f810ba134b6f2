// Names and numbers below the cells of the classes.

/** @import {Tiles} from "#app/widgets/network/tiles.js" */

import { argmax } from "#app/app/model.js";
import { h, write } from "#app/widgets/dom.js";
import { cell } from "#app/widgets/lens/cell.js";

export class Answers {
  #cells;
  #most = -1;

  /** @param {string[]} classes */
  constructor(classes) {
    this.#cells = classes.map((label) => {
      const number = h("span", { class: "number" });
      return { number, box: h("div", { title: label }, h("b", {}, label), number) };
    });
    const boxes = this.#cells.map(({ box }) => box);
    this.element = h("div", { class: "network-answers", "aria-hidden": "true" }, ...boxes);
  }

  /** @param {Tiles} tiles */
  arrange(tiles) {
    this.element.style.height = `${(tiles.height + tiles.gap[1]) * tiles.scale}px`;
    this.#cells.forEach(({ box }, i) => {
      const { left, top, width, height } = tiles.rect(i);
      box.style.width = `${width}px`;
      box.style.transform = `translate(${left}px, ${top + height}px)`;
    });
  }

  /**
   * @param {Float32Array} values
   * @param {boolean} scores  whether the largest is the answer
   */
  update(values, scores) {
    for (let i = 0; i < this.#cells.length; i++) write(this.#cells[i].number, small(values[i]));
    const most = scores ? argmax(values) : -1;
    if (most === this.#most) return;
    this.#cells[this.#most]?.box.classList.remove("most");
    this.#cells[most]?.box.classList.add("most");
    this.#most = most;
  }
}

/**
 * A number in few characters, gradients far below 1 too.
 * @param {number} value
 */
export function small(value) {
  const size = Math.abs(value);
  if (!(size > 0 && size < 0.095)) return cell(value);
  return `${value < 0 ? "−" : ""}${size.toExponential(0).replace("-", "−")}`;
}
