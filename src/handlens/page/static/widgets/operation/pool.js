// A pool at work: the window on its input map, the winner in it, and the smaller map that comes out.

/** @import {Host, Moment} from "#app/widgets/operation/scene.js" */

import { h } from "#app/widgets/dom.js";
import { PoolTerms } from "#app/widgets/lens/pool.js";
import { Sliding, inRow } from "#app/widgets/operation/sliding.js";
import { windowAt } from "#app/widgets/operation/window.js";

export class PoolScene extends Sliding {
  #terms = new PoolTerms();

  /** @param {Host} host */
  constructor(host) {
    super(host);
    const plates = inRow(this.input.element, "→", this.output.element);
    this.element = h("div", { class: "scene" }, plates, this.#terms.element);
  }

  /** @param {Moment} moment */
  update(moment) {
    const { view, unit, arithmetic } = moment;
    const { attrs, op } = view.network.graph.node(unit.stage);
    const { channel, row, column } = arithmetic.place;
    this.show(moment, channel);
    const box = windowAt(attrs, row, column);
    const down = Math.floor(arithmetic.winner / attrs.kernel[1]);
    const across = arithmetic.winner % attrs.kernel[1];
    const winner = { top: box.top + down, left: box.left + across, height: 1, width: 1 };
    this.input.mark("winner", op === "maxpool" ? winner : null);
    this.#terms.update(arithmetic, view);
  }
}
