// One map, large: a canvas of a pixel a number, marks laid over it, and a pointer that names cells.

/** @import {Shade} from "#app/widgets/lens/shade.js" */
/** @import {Face} from "#app/widgets/lens/face.js" */
/** @import {Box} from "#app/widgets/operation/window.js" */

import { ARROWS, h, write } from "#app/widgets/dom.js";

const FAINT = 0x38ffffff; // what isn't computed yet keeps a fifth of its strength

/** @typedef {(row: number, column: number, press: boolean) => void} Point  cells; may lie outside */

/** @typedef {{margin?: readonly number[], done?: number}} More  cells around the map; how many are done */

export class Plate {
  /** @type {Map<string, HTMLElement>} */
  #marks = new Map();
  #canvas = h("canvas", { role: "img" });
  #holder = h("div", { class: "plate-holder" }, this.#canvas);
  #caption = h("figcaption");
  /** @type {Face | null} */
  #face = null;
  #margin = [0, 0];

  /**
   * @param {string} role
   * @param {Point} [point]  told of each cell that is pointed at, or that the arrow keys lead to
   */
  constructor(role, point) {
    this.element = h("figure", { class: "plate", "data-role": role }, this.#caption, this.#holder);
    if (point === undefined) return;
    this.#canvas.tabIndex = 0;
    this.#canvas.setAttribute("role", "application"); // screen readers leave the arrow keys to it
    this.#canvas.addEventListener("pointermove", (event) => point(...this.#cell(event), false));
    this.#canvas.addEventListener("pointerdown", (event) => point(...this.#cell(event), true));
    this.#canvas.addEventListener("keydown", (event) => this.#key(event, point));
  }

  /**
   * @param {ArrayLike<number>} values  of the whole stage
   * @param {Face} face
   * @param {Shade} shade
   * @param {string} caption
   * @param {More} [more]
   */
  update(values, face, shade, caption, { margin = [0, 0], done = face.count } = {}) {
    this.#face = face;
    this.#margin = [...margin];
    const [height, width] = [face.height + 2 * margin[0], face.width + 2 * margin[1]];
    write(this.#caption, caption);
    const hint = this.#canvas.tabIndex === 0 ? "; the arrow keys move the window" : "";
    this.#canvas.setAttribute("aria-label", `${caption}, ${face.height} × ${face.width}${hint}`);
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.#holder.style.setProperty("--shape", String(width / height));
    this.#holder.classList.toggle("flat", height === 1);
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    const picture = context.createImageData(face.width, face.height);
    const pixels = new Uint32Array(picture.data.buffer);
    shade.paint(values, face.start, pixels.subarray(0, face.count));
    for (let i = done; i < face.count; i++) pixels[i] &= FAINT;
    context.putImageData(picture, margin[1], margin[0]);
  }

  /**
   * Lay a frame over cells of the map.
   * @param {string} name  a CSS class of its own
   * @param {Box | null} box
   */
  mark(name, box) {
    const mark = this.#marks.get(name) ?? this.#newMark(name);
    mark.hidden = box === null;
    if (box === null || this.#face === null) return;
    const [height, width] = [this.#face.height + 2 * this.#margin[0], this.#face.width + 2 * this.#margin[1]];
    mark.style.top = `${(100 * (box.top + this.#margin[0])) / height}%`;
    mark.style.left = `${(100 * (box.left + this.#margin[1])) / width}%`;
    mark.style.height = `${(100 * box.height) / height}%`;
    mark.style.width = `${(100 * box.width) / width}%`;
  }

  /** Frame the cell that the face was made for. */
  markOwn() {
    if (this.#face === null) return;
    this.mark("cell", { top: this.#face.row, left: this.#face.column, height: 1, width: 1 });
  }

  /** @param {string} name */
  #newMark(name) {
    const mark = h("i", { class: `mark-${name}` });
    this.#marks.set(name, mark);
    this.#holder.append(mark);
    return mark;
  }

  /**
   * @param {PointerEvent} event
   * @returns {[number, number]}
   */
  #cell(event) {
    const box = this.#canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.#canvas.height);
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.#canvas.width);
    return [row - this.#margin[0], column - this.#margin[1]];
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Point} point
   */
  #key(event, point) {
    const step = ARROWS[event.key];
    if (step === undefined || this.#face === null) return;
    event.preventDefault();
    point(this.#face.row + step[0], this.#face.column + step[1], false);
  }
}
