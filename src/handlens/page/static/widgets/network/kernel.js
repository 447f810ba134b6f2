// The kernel of the map that is pointed at, as small tiles beside the row's head.

/** @import {View} from "#app/app/view.js" */
/** @import {Node} from "#app/net/types.js" */
/** @import {Form} from "#app/widgets/network/form.js" */

import { paint } from "#app/look/colours.js";
import { number } from "#app/look/numbers.js";
import { h, write } from "#app/widgets/dom.js";
import { Raster } from "#app/widgets/network/raster.js";
import { tilesWithin } from "#app/widgets/network/tiles.js";

const ROOM = { width: 9, height: 3.5 }; // rem

export class Kernel {
  #words = h("figcaption", { class: "number" }, "kernel");
  #raster = new Raster({ role: "img" });

  /**
   * @param {Node} node  a convolution
   * @param {readonly number[]} shape  of its weight
   */
  constructor(node, [, maps, height, width]) {
    this.node = node;
    /** @type {Form} */
    this.form = { kind: "maps", maps, height, width };
    this.element = h("figure", { class: "network-kernel" }, this.#raster.element, this.#words);
    this.clear();
  }

  clear() {
    this.element.style.visibility = "hidden";
  }

  /** @param {number} rem */
  arrange(rem) {
    this.#raster.arrange(tilesWithin(this.form, ROOM.width * rem, ROOM.height * rem));
  }

  /**
   * @param {View} view
   * @param {number} channel
   */
  update({ run, step, tables }, channel) {
    const tensor = this.node.weights.weight;
    const weight = run.weights(step)?.get(tensor);
    if (weight === undefined) return this.clear();
    const { maps, height, width } = this.form;
    const size = maps * height * width;
    const kernel = weight.data.subarray(channel * size, (channel + 1) * size);
    const limit = run.about.ranges.tensors[tensor] ?? 1;
    this.#raster.paint(kernel, (values, out) => paint(values, limit, tables.diverging, out));
    write(this.#words, `kernel ${channel + 1}, ${number(-limit)} … ${number(limit)}`);
    this.#raster.canvas.setAttribute("aria-label", `kernel ${channel + 1}: ${maps} of ${height} × ${width}`);
    this.element.style.visibility = "visible";
  }
}
