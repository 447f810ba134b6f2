// A convolution at work: input map, kernel and output map side by side, the window moving.

/** @import {Host, Moment} from "#app/widgets/operation/scene.js" */

import { h } from "#app/widgets/dom.js";
import { ConvTerms } from "#app/widgets/lens/conv.js";
import { ofStage, ofTensor } from "#app/widgets/lens/shade.js";
import { faceOf } from "#app/widgets/lens/face.js";
import { Plate } from "#app/widgets/operation/plate.js";
import { Sliding, inRow } from "#app/widgets/operation/sliding.js";
import { Thumbs } from "#app/widgets/operation/thumbs.js";

export class ConvScene extends Sliding {
  #terms;
  #thumbs;
  #kernel = new Plate("kernel");

  /** @param {Host} host */
  constructor(host) {
    super(host);
    this.#terms = new ConvTerms(host.again);
    this.#thumbs = new Thumbs("Input map", (map) => {
      this.#terms.open(map);
      host.again();
    });
    const plates = inRow(this.input.element, "×", this.#kernel.element, "→", this.output.element);
    this.element = h("div", { class: "scene" }, this.#thumbs.element, plates, this.#terms.element);
  }

  /** @param {Moment} moment */
  update(moment) {
    const { view, arithmetic } = moment;
    this.#terms.update(arithmetic, view);
    this.show(moment, arithmetic.first + this.#terms.channel);
    this.#showThumbs(moment);
    this.#showKernel(moment);
  }

  /** @param {Moment} moment */
  #showThumbs({ view, unit, arithmetic }) {
    const { graph } = view.network;
    const source = graph.node(unit.stage).inputs[0];
    const shade = (/** @type {number} */ map) => ofStage(view, source, map);
    const span = /** @type {[number, number]} */ ([arithmetic.first, arithmetic.shape[0]]);
    this.#thumbs.update(view.network.value(source), graph.shape(source), span, this.#terms.channel, shade);
  }

  /** @param {Moment} moment */
  #showKernel({ view, unit, arithmetic }) {
    const tensor = view.network.graph.node(unit.stage).weights.weight;
    const [, height, width] = arithmetic.shape;
    const face = faceOf(arithmetic.shape, this.#terms.channel * height * width);
    this.#kernel.update(arithmetic.kernel, face, ofTensor(view, tensor), "kernel");
  }
}
