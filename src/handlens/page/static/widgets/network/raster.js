// One canvas of tiles: numbers become pixels without an allocation, a layout or a word to the DOM.

/** @import {Tiles} from "#app/widgets/network/tiles.js" */

import { h } from "#app/widgets/dom.js";
import { make, path } from "#app/widgets/network/overlay.js";

export class Raster {
  #context;
  #frames = make("path", {});
  #image = new ImageData(1, 1);
  #pixels = new Uint32Array(1);
  #colours = new Uint32Array(1);
  #places = new Int32Array(1);
  /** @type {readonly [number, number]} */
  #grain = [1, 1];

  /** @param {Record<string, unknown>} attributes  of the canvas */
  constructor(attributes) {
    this.canvas = h("canvas", { width: 1, height: 1, ...attributes });
    this.#context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    const frames = make("svg", { class: "network-frames", "aria-hidden": "true" });
    frames.append(this.#frames);
    this.element = h("div", { class: "network-tiles" });
    this.element.append(frames, this.canvas);
  }

  /** @param {Tiles} tiles */
  arrange(tiles) {
    const { canvas } = this;
    canvas.width = tiles.width;
    canvas.height = tiles.height;
    canvas.style.width = `${tiles.width * tiles.scale}px`;
    canvas.style.height = `${tiles.height * tiles.scale}px`;
    const rects = Array.from({ length: tiles.shown }, (_, map) => tiles.rect(map));
    this.#frames.setAttribute("d", path(rects, 0.5));
    this.#image = new ImageData(tiles.width, tiles.height);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
    this.#places = tiles.places();
    this.#colours = new Uint32Array(this.#places.length);
    this.#grain = tiles.grain;
  }

  /**
   * Colour the first of some numbers, as many as are shown.
   * @param {Float32Array} values
   * @param {(values: Float32Array, out: Uint32Array) => void} paint
   */
  paint(values, paint) {
    const shown = values.length > this.#colours.length ? values.subarray(0, this.#colours.length) : values;
    paint(shown, this.#colours);
    this.#spread();
    this.#context.putImageData(this.#image, 0, 0);
  }

  #spread() {
    const [across, down] = this.#grain;
    const places = this.#places;
    const colours = this.#colours;
    const pixels = this.#pixels;
    if (across === 1 && down === 1) {
      for (let i = 0; i < places.length; i++) pixels[places[i]] = colours[i];
      return;
    }
    for (let i = 0; i < places.length; i++) {
      for (let row = 0, at = places[i]; row < down; row++, at += this.#image.width) {
        pixels.fill(colours[i], at, at + across);
      }
    }
  }
}
