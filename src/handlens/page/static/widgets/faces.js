// Small pictures of items of a set: a listbox in which the arrow keys move. Nothing is made while one scrubs.

/** @import {Run} from "#app/source/run.js" */

import { h, write } from "#app/widgets/dom.js";
import { placeAfter } from "#app/widgets/listbox.js";
import { painted } from "#app/widgets/pixels.js";

/**
 * @typedef {object} Shown
 * @property {Run} run
 * @property {string} set
 * @property {ArrayLike<number>} positions  in the order in which they are shown
 * @property {number} current  the position that is looked at; -1 for none
 */

/** @typedef {{text: string, title: string, wrong?: boolean}} Caption  under a face; to be read out; its colour */

/** @typedef {{option: HTMLElement, canvas: HTMLCanvasElement, caption: HTMLElement, painted: string}} Face */

/** A pool of faces: as many as were ever shown at once, each painted anew only where another item comes to it. */
export class Faces {
  element;
  /** @type {Face[]} */
  #pool = [];
  /** @type {Shown | undefined} */
  #shown;
  #focus = 0;
  #captionOf;
  #onPick;
  #onFault;

  /**
   * @param {string} label  of the whole, for those who can't see it
   * @param {(position: number) => Caption} captionOf
   * @param {(position: number) => void} onPick
   * @param {(error: unknown) => void} onFault
   */
  constructor(label, captionOf, onPick, onFault) {
    this.element = h("div", { class: "faces", role: "listbox", "aria-label": label });
    this.#captionOf = captionOf;
    this.#onPick = onPick;
    this.#onFault = onFault;
    this.element.addEventListener("click", (event) => {
      const target = /** @type {Node} */ (event.target);
      this.#pick(this.#pool.findIndex(({ option }) => option.contains(target)));
    });
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {Shown} shown */
  update(shown) {
    const { run, set, positions, current } = shown;
    this.#shown = shown;
    while (this.#pool.length < positions.length) this.#grow(run);
    this.#pool.forEach((face, place) => {
      face.option.hidden = place >= positions.length;
      if (place < positions.length) this.#dress(face, positions[place], current);
    });
    this.#rove(Math.min(this.#focus, Math.max(positions.length - 1, 0)), false);
    const missing = Array.from(positions).filter((position) => run.face(set, position) === undefined);
    if (missing.length === 0) return;
    run.bringFaces(set, missing).then(
      () => this.#shown !== undefined && this.#paint(this.#shown),
      (error) => this.#shown === shown && this.#onFault(error),
    );
  }

  /** @param {Run} run */
  #grow(run) {
    const canvas = h("canvas", { "aria-hidden": "true" });
    [canvas.height, canvas.width] = run.graph.input.shape.slice(1);
    const caption = h("span", { "aria-hidden": "true" });
    const option = h("div", { role: "option", tabindex: -1 }, canvas, caption);
    this.element.append(option);
    this.#pool.push({ option, canvas, caption, painted: "" });
  }

  /**
   * @param {Face} face
   * @param {number} position
   * @param {number} current
   */
  #dress(face, position, current) {
    const { text, title, wrong = false } = this.#captionOf(position);
    write(face.caption, text);
    face.caption.classList.toggle("wrong", wrong);
    if (face.option.title !== title) {
      face.option.title = title;
      face.option.setAttribute("aria-label", title);
    }
    face.option.setAttribute("aria-selected", String(position === current));
    this.#paintOne(face, position);
  }

  /** @param {Shown} shown */
  #paint({ positions }) {
    for (let place = 0; place < positions.length; place++) {
      this.#paintOne(this.#pool[place], positions[place]);
    }
  }

  /**
   * @param {Face} face
   * @param {number} position
   */
  #paintOne(face, position) {
    if (this.#shown === undefined) return;
    const { run, set } = this.#shown;
    const { canvas } = face;
    const pixels = run.face(set, position);
    const wanted = pixels === undefined ? "" : `${set} ${position}`;
    if (wanted === face.painted) return;
    face.painted = wanted;
    const whole = pixels instanceof Uint8Array ? 255 : 1;
    if (pixels === undefined) canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
    else
      painted(
        Float32Array.from(pixels, (value) => value / whole),
        run.graph.input.shape,
        canvas,
      );
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const options = this.#pool.map(({ option }) => option);
    const place = options.findIndex((option) => option === event.target);
    const next = placeAfter(event, place, options);
    if (next !== undefined) this.#rove(next, true);
    else if (event.key === "Enter" || event.key === " ") this.#pick(place);
    else return;
    event.preventDefault();
  }

  /**
   * Make one face the one that Tab comes to.
   * @param {number} place
   * @param {boolean} focus
   */
  #rove(place, focus) {
    this.#focus = place;
    this.#pool.forEach(({ option }, i) => (option.tabIndex = i === place ? 0 : -1));
    if (focus) this.#pool[place]?.option.focus();
  }

  /** @param {number} place */
  #pick(place) {
    if (this.#shown === undefined || place < 0 || place >= this.#shown.positions.length) return;
    this.#rove(place, false);
    this.#onPick(this.#shown.positions[place]);
  }
}
