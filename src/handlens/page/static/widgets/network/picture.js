// A colour picture as the network is given it, beside its three channels.

/** @import {Tiles} from "#app/widgets/network/tiles.js" */

import { paintPicture } from "#app/look/colours.js";
import { h } from "#app/widgets/dom.js";

export class Picture {
  canvas = h("canvas", { role: "img", "aria-label": "the picture in colour", class: "network-picture" });
  #context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
  #image = new ImageData(1, 1);

  /** @param {Tiles} tiles  of the channels */
  arrange({ form, scale }) {
    const { height, width } = form;
    Object.assign(this.canvas, { height, width });
    this.canvas.style.width = `${width * scale}px`;
    this.canvas.style.height = `${height * scale}px`;
    this.#image = new ImageData(width, height);
  }

  /**
   * @param {Float32Array} pixels  [3, height, width], 0…1
   * @param {Uint32Array} ink
   */
  paint(pixels, ink) {
    paintPicture(pixels, 3, ink, new Uint32Array(this.#image.data.buffer));
    this.#context.putImageData(this.#image, 0, 0);
  }
}
