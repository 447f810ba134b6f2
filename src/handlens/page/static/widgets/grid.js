// A grid of coloured number cells; where the numbers would be too many to read, of coloured cells alone.

/** @import {Shade} from "#app/widgets/lens/shade.js" */

import { h, write } from "#app/widgets/dom.js";
import { cell } from "#app/widgets/lens/cell.js";

/** The most cells whose numbers are written out. */
const MOST = 64;

/**
 * A part of numbers to be shown as rows and columns.
 * @typedef {object} Block
 * @property {ArrayLike<number>} values
 * @property {number} [start]  the first of them
 * @property {number} rows
 * @property {number} columns
 * @property {ArrayLike<number>} [inside]  0 where the cell lies outside the map
 * @property {number} [winner]  the cell to be framed
 */

/** Cells are made once a size; an update writes only what changed. */
export class Grid {
  /** @type {{box: HTMLElement, value: number | undefined, colour: string, inside: boolean}[]} */
  #cells = [];
  #size = "";
  #canvas = h("canvas", { role: "img" });

  /** @param {string} role  told to tests: what the numbers are */
  constructor(role) {
    this.element = h("div", { class: "grid", "data-role": role });
  }

  /**
   * @param {Block} block
   * @param {Shade} shade
   * @param {string} name  what is shown, for those who can't see it
   */
  update(block, shade, name) {
    const { rows, columns } = block;
    if (this.#size !== `${rows} ${columns}`) this.#build(rows, columns);
    this.element.setAttribute("aria-label", `${name}, ${rows} rows of ${columns}`);
    if (rows * columns > MOST) this.#paint(block, shade, name);
    else this.#cells.forEach((_, i) => this.#write(i, block, shade));
  }

  /**
   * @param {number} rows
   * @param {number} columns
   */
  #build(rows, columns) {
    this.#size = `${rows} ${columns}`;
    this.element.style.setProperty("--columns", String(columns));
    const written = rows * columns <= MOST;
    this.element.setAttribute("role", written ? "group" : "presentation");
    this.#cells = Array.from({ length: written ? rows * columns : 0 }, () => ({
      box: h("span"),
      value: undefined,
      colour: "",
      inside: true,
    }));
    this.element.replaceChildren(...(written ? this.#cells.map(({ box }) => box) : [this.#canvas]));
  }

  /**
   * @param {number} i
   * @param {Block} block
   * @param {Shade} shade
   */
  #write(i, { values, start = 0, inside, winner }, shade) {
    const kept = this.#cells[i];
    const value = values[start + i];
    const within = inside === undefined || inside[i] !== 0;
    const { colour, letters } = shade.pair(value);
    if (!Object.is(kept.value, value)) {
      kept.value = value;
      write(kept.box, cell(value));
      kept.box.dataset.value = String(value);
    }
    if (kept.colour !== colour || kept.inside !== within) {
      kept.colour = colour;
      kept.inside = within;
      kept.box.style.backgroundColor = within ? colour : "";
      kept.box.style.color = within ? letters : "";
      kept.box.classList.toggle("outside", !within);
    }
    kept.box.classList.toggle("winner", winner === i);
  }

  /**
   * @param {Block} block
   * @param {Shade} shade
   * @param {string} name
   */
  #paint({ values, start = 0, rows, columns }, shade, name) {
    this.#canvas.width = columns;
    this.#canvas.height = rows;
    this.#canvas.setAttribute("aria-label", name);
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    const pixels = context.createImageData(columns, rows);
    shade.paint(values, start, new Uint32Array(pixels.data.buffer));
    context.putImageData(pixels, 0, 0);
  }
}
