// The pointer on the cloud: it names what it is over, takes what it clicks, and chooses what it is drawn around.

import { make } from "#app/widgets/network/overlay.js";

const CLICK = 5; // pixels that a hand may shake
const GAP = 3; // pixels between two points of a lasso

/**
 * @typedef {object} Hands
 * @property {(left: number, top: number) => void} over  CSS pixels in the plot
 * @property {() => void} left
 * @property {(left: number, top: number) => void} click
 * @property {(line: number[]) => void} lasso  CSS pixels: x, y, x, y …
 */

/** A mouse or pen draws a lasso at any time, a finger, which else scrolls the page, once it is allowed to. */
export class Pointing {
  element = make("path", { class: "embedding-lasso" });
  #canvas;
  #hands;
  /** @type {number[]} */
  #line = [];
  /** @type {number | null} */
  #pointer = null;
  #fingers = false;

  /**
   * @param {HTMLElement} canvas
   * @param {Hands} hands
   */
  constructor(canvas, hands) {
    this.#canvas = canvas;
    this.#hands = hands;
    canvas.addEventListener("pointerdown", (event) => this.#press(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#release(event));
    canvas.addEventListener("pointercancel", () => this.#clear());
    canvas.addEventListener("pointerleave", () => hands.left());
  }

  /** @param {boolean} fingers  whether fingers draw, too */
  set fingers(fingers) {
    this.#fingers = fingers;
    this.#canvas.style.touchAction = fingers ? "none" : "pan-y pinch-zoom";
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button !== 0 || this.#pointer !== null) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pointer = event.pointerId;
    this.#line = this.#place(event);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const [left, top] = this.#place(event);
    if (this.#pointer === null) this.#hands.over(left, top);
    if (event.pointerId !== this.#pointer) return;
    if (event.pointerType === "touch" && !this.#fingers) return;
    const [x, y] = this.#line.slice(-2);
    if (Math.hypot(left - x, top - y) < GAP) return;
    this.#line.push(left, top);
    this.#draw();
  }

  /** @param {PointerEvent} event */
  #release(event) {
    if (event.pointerId !== this.#pointer) return;
    const line = this.#line;
    this.#clear();
    const [x, y] = line;
    const far = line.some((place, i) => Math.abs(place - (i % 2 === 0 ? x : y)) > CLICK);
    if (far) this.#hands.lasso(line);
    else this.#hands.click(x, y);
  }

  #clear() {
    this.#pointer = null;
    this.#line = [];
    this.#draw();
  }

  #draw() {
    const points = this.#line.map((place) => place.toFixed(1));
    this.element.setAttribute("d", points.length < 4 ? "" : `M${points.join(" ")}Z`);
  }

  /** @param {PointerEvent} event */
  #place({ clientX, clientY }) {
    const { left, top } = this.#canvas.getBoundingClientRect();
    return [clientX - left, clientY - top];
  }
}
