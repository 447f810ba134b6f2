// What a convolution and a pool share: a window on the input map, and an output map that fills.

/** @import {Host, Moment} from "#app/widgets/operation/scene.js" */

import { h } from "#app/widgets/dom.js";
import { ofStage } from "#app/widgets/lens/shade.js";
import { faceOf, indexAt } from "#app/widgets/lens/face.js";
import { Plate } from "#app/widgets/operation/plate.js";
import { aroundCell, windowAt } from "#app/widgets/operation/window.js";

export class Sliding {
  slides = true;
  /** @type {Moment | null} */
  #moment = null;
  #host;
  input = new Plate("input", (row, column, press) => this.#fromInput(row, column, press));
  output = new Plate("output", (row, column, press) => this.#toOutput(row, column, press));

  /** @param {Host} host */
  constructor(host) {
    this.#host = host;
  }

  /**
   * The two maps and their frames.
   * @param {Moment} moment
   * @param {number} map  of the input, counted from 0
   */
  show(moment, map) {
    this.#moment = moment;
    const { view, unit, arithmetic, sliding } = moment;
    const { graph } = view.network;
    const { attrs, inputs } = graph.node(unit.stage);
    const shape = graph.shape(inputs[0]);
    const source = faceOf(shape, map * shape[1] * shape[2]);
    const shade = ofStage(view, inputs[0], map);
    const name = shape[0] > 1 ? `${inputs[0]}, map ${map + 1}` : inputs[0];
    this.input.update(view.network.value(inputs[0]), source, shade, name, { margin: attrs.padding });
    this.input.mark("window", windowAt(attrs, arithmetic.place.row, arithmetic.place.column));
    const face = faceOf(graph.shape(unit.stage), unit.index);
    const done = sliding ? unit.index - face.start + 1 : face.count;
    const title = `${unit.stage}, map ${face.map + 1}`;
    this.output.update(view.network.value(unit.stage), face, ofStage(view, unit.stage), title, { done });
    this.output.markOwn();
  }

  /** @type {import("#app/widgets/operation/plate.js").Point} */
  #fromInput(row, column, press) {
    if (this.#moment === null) return;
    const { view, unit } = this.#moment;
    const [down, across] = aroundCell(view.network.graph.node(unit.stage).attrs, row, column);
    this.#toOutput(down, across, press);
  }

  /** @type {import("#app/widgets/operation/plate.js").Point} */
  #toOutput(row, column, press) {
    if (this.#moment === null) return;
    const { view, unit } = this.#moment;
    const face = faceOf(view.network.graph.shape(unit.stage), unit.index);
    this.#host.go(indexAt(face, row, column), press);
  }
}

/**
 * Plates in a row, with signs between them.
 * @param {...(HTMLElement | string)} parts
 */
export function inRow(...parts) {
  const elements = parts.map((part) =>
    typeof part === "string" ? h("span", { class: "plate-sign", "aria-hidden": "true" }, part) : part,
  );
  return h("div", { class: "plates" }, ...elements);
}
