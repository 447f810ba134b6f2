// One way to ask: its map with the ink's outline over it, its scale, and what it can't tell.

/** @import {Tables} from "#app/look/colours.js" */
/** @import {Method, Told} from "#app/look/why/methods.js" */

import { paint } from "#app/look/colours.js";
import { number } from "#app/look/numbers.js";
import { besides, strongest, strongestWords } from "#app/look/why/words.js";
import { ARROWS, h, write } from "#app/widgets/dom.js";
import { make } from "#app/widgets/network/overlay.js";

const STEPS = 255; // colours on the scale

/** @typedef {(index: number | null, byKey: boolean) => void} Point  told of the pixel that is pointed at */

export class Panel {
  #height = 1;
  #width = 1;
  /** @type {Float32Array | null} */
  #map = null;
  #limit = 1;
  /** @type {number | null} */
  #at = null;
  /** @type {Tables | null} */
  #tables = null;
  #value = h("span", { class: "number why-value" });
  #canvas = h("canvas", { role: "application", "aria-roledescription": "map", tabindex: "0" });
  #halo = make("path", { class: "why-outline halo" });
  #outline = make("path", { class: "why-outline" });
  #mark = make("rect", { class: "why-mark", width: "1", height: "1" });
  #over = make("svg", { class: "why-over", preserveAspectRatio: "none", "aria-hidden": "true" });
  #done = h("i", { class: "why-done", "aria-hidden": "true" });
  #bar = h("canvas", { width: STEPS, height: 1, "aria-hidden": "true" });
  #tick = h("i", { class: "why-tick" });
  #marks = [h("span", { class: "number" }), h("span", { class: "number" }), h("span", { class: "number" })];
  #says = h("p", { class: "why-says" });
  #holder = h("div", { class: "why-holder" }, this.#canvas);
  #scale = h(
    "div",
    { class: "why-scale" },
    h("div", { class: "why-bar" }, this.#bar, this.#tick),
    h("div", { class: "why-marks" }, ...this.#marks),
  );

  /**
   * @param {Method} method
   * @param {Point} point
   */
  constructor(method, point) {
    this.method = method;
    this.#over.append(this.#halo, this.#outline, this.#mark);
    this.#holder.append(this.#over, this.#done);
    this.#canvas.classList.toggle("smooth", method.smooth === true);
    this.#canvas.setAttribute("aria-label", this.#named());
    const head = h("div", { class: "why-head" }, h("h3", {}, method.title), this.#value);
    const parts = [head, this.#holder, this.#scale, this.#says];
    this.element = h("section", { class: "why-panel stale", "data-method": method.name }, ...parts);
    this.#listen(point);
  }

  /** @param {Point} point */
  #listen(point) {
    const canvas = this.#canvas;
    const follow = (/** @type {PointerEvent} */ event) => point(this.#under(event), false);
    canvas.addEventListener("pointermove", follow);
    canvas.addEventListener("pointerdown", follow);
    canvas.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "touch") point(null, false); // a finger that left is still reading
    });
    canvas.addEventListener("blur", () => point(null, false));
    canvas.addEventListener("keydown", (event) => {
      const way = ARROWS[event.key];
      if (way === undefined && event.key !== "Escape") return;
      event.preventDefault();
      point(way === undefined ? null : this.#beside(way), true);
    });
  }

  /** @param {PointerEvent} event */
  #under({ clientX, clientY }) {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const column = Math.floor(((clientX - left) / width) * this.#width);
    const row = Math.floor(((clientY - top) / height) * this.#height);
    if (row < 0 || column < 0 || row >= this.#height || column >= this.#width) return null;
    return row * this.#width + column;
  }

  /** The pixel beside the one pointed at; first the strongest. @param {[number, number]} way */
  #beside([down, right]) {
    if (this.#at === null) return this.#map === null ? 0 : strongest(this.#map);
    const within = (/** @type {number} */ place, /** @type {number} */ side) =>
      Math.min(Math.max(place, 0), side - 1);
    const row = within(Math.floor(this.#at / this.#width) + down, this.#height);
    return row * this.#width + within((this.#at % this.#width) + right, this.#width);
  }

  /**
   * @param {number} height  of the input
   * @param {number} width
   */
  arrange(height, width) {
    [this.#height, this.#width] = [height, width];
    Object.assign(this.#canvas, { height, width });
    this.#holder.style.setProperty("--shape", String(width / height));
    this.#over.setAttribute("viewBox", `0 0 ${width} ${height}`);
  }

  /** @param {string} path  the ink's outline */
  trace(path) {
    this.#halo.setAttribute("d", path);
    this.#outline.setAttribute("d", path);
  }

  /** What is shown belongs to another picture, step or question. */
  stale() {
    this.element.classList.add("stale");
    this.progress(0);
  }

  /** @param {number} share */
  progress(share) {
    this.#done.style.transform = `scaleX(${share})`;
  }

  /**
   * @param {Told} told
   * @param {Tables} tables
   */
  show({ map, says }, tables) {
    this.element.classList.remove("stale");
    this.#map = map;
    this.#limit = map === null ? 0 : Math.abs(map[strongest(map)]);
    write(this.#says, says + besides(map));
    this.#holder.hidden = map === null;
    this.#scale.hidden = !(this.#limit > 0);
    this.#canvas.setAttribute("aria-label", this.#named());
    this.#tell();
    this.colour(tables);
    this.point(this.#at);
  }

  #named() {
    const { title } = this.method;
    if (this.#map === null) return title;
    return `${title}, ${strongestWords(this.#map, this.#width)}; the arrow keys move the point`;
  }

  #tell() {
    const limit = number(this.#limit);
    const texts = this.method.signed ? [`−${limit}`, "0", limit] : ["0", "", limit];
    this.#marks.forEach((mark, i) => write(mark, texts[i]));
  }

  /** @param {Tables} tables */
  colour(tables) {
    if (this.#map !== null) this.#put(this.#canvas, this.#map, this.#limit || 1, tables);
    if (tables === this.#tables) return;
    this.#tables = tables;
    const from = this.method.signed ? -1 : 0;
    const ramp = Float32Array.from({ length: STEPS }, (_, i) => from + ((1 - from) * i) / (STEPS - 1));
    this.#put(this.#bar, ramp, 1, tables);
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Float32Array} values
   * @param {number} limit
   * @param {Tables} tables
   */
  #put(canvas, values, limit, { diverging }) {
    const image = new ImageData(canvas.width, canvas.height);
    paint(values, limit, diverging, new Uint32Array(image.data.buffer));
    /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).putImageData(image, 0, 0);
  }

  /**
   * The number at a pixel.
   * @param {number} index
   */
  valueAt(index) {
    return this.#map === null ? NaN : this.#map[index];
  }

  /** @param {number | null} index  the pixel that is pointed at, here or in another map */
  point(index) {
    this.#at = index;
    const shown = index !== null && this.#map !== null;
    this.#mark.classList.toggle("there", shown);
    this.#tick.hidden = !shown;
    write(this.#value, shown ? number(this.valueAt(index)) : "");
    if (!shown) return;
    this.#mark.setAttribute("x", String(index % this.#width));
    this.#mark.setAttribute("y", String(Math.floor(index / this.#width)));
    const share = this.valueAt(index) / (this.#limit || 1);
    this.#tick.style.left = `${100 * (this.method.signed ? (share + 1) / 2 : share)}%`;
  }
}
