// Maps as tiles on one canvas, with a line between them.

/** @import {Shape} from "#app/net/types.js" */
/** @import {Shade} from "#app/widgets/lens/shade.js" */

import { h } from "#app/widgets/dom.js";

/**
 * How many tiles stand in a row, so that the sheet is about twice as wide as high.
 * @param {number} maps
 * @param {number} height
 * @param {number} width
 */
export function tilesAcross(maps, height, width) {
  return Math.min(Math.max(Math.ceil(Math.sqrt((2.2 * maps * height) / width)), 1), maps);
}

export class TileSheet {
  #columns = 1;
  /** @type {Shape} */
  #shape = [1, 1, 1];
  element = h("canvas", { class: "tiles", role: "img" });

  /**
   * @param {ArrayLike<number>} values  [maps, height, width]
   * @param {Shape} shape
   * @param {Shade} shade
   * @param {string} name  what is shown, for those who can't see it
   */
  update(values, shape, shade, name) {
    const [maps, height, width] = (this.#shape = shape);
    this.#columns = tilesAcross(maps, height, width);
    const across = this.#columns * (width + 1) - 1;
    const down = Math.ceil(maps / this.#columns) * (height + 1) - 1;
    this.element.width = across;
    this.element.height = down;
    this.element.setAttribute("aria-label", `${name}: ${maps} tiles of ${height}×${width}`);
    const context = /** @type {CanvasRenderingContext2D} */ (this.element.getContext("2d"));
    const picture = context.createImageData(width, height);
    const pixels = new Uint32Array(picture.data.buffer);
    for (let map = 0; map < maps; map++) {
      shade.paint(values, map * height * width, pixels);
      const [row, column] = [Math.floor(map / this.#columns), map % this.#columns];
      context.putImageData(picture, column * (width + 1), row * (height + 1));
    }
  }

  /**
   * The number under a pointer.
   * @param {PointerEvent} event
   * @returns {number | null} its place among the values
   */
  at(event) {
    const [maps, height, width] = this.#shape;
    const box = this.element.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * this.element.width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * this.element.height);
    const [column, row] = [Math.floor(x / (width + 1)), Math.floor(y / (height + 1))];
    const map = row * this.#columns + column;
    const [left, top] = [x - column * (width + 1), y - row * (height + 1)];
    if (map < 0 || map >= maps || left < 0 || top < 0 || left >= width || top >= height) return null;
    return (map * height + top) * width + left;
  }
}
