// The classes and their colours, where no axes name them.

/** @import {Triple} from "#app/look/oklab.js" */

import { h } from "#app/widgets/dom.js";

export class Legend {
  element = h("ul", { class: "embedding-legend", "aria-label": "Colours of the classes" });
  /** @type {HTMLElement[]} */
  #dots = [];

  /** @param {string[]} classes */
  build(classes) {
    this.#dots = classes.map(() => h("i", {}));
    this.element.append(...classes.map((name, k) => h("li", {}, this.#dots[k], name)));
  }

  /** @param {Triple[]} colours */
  colour(colours) {
    this.#dots.forEach((dot, k) => (dot.style.background = `rgb(${colours[k].join(" ")})`));
  }
}
