// The picture of the cloud: thousands of sprites on one canvas, which glide to where they belong.

/** @import {Sprite} from "#app/look/embedding/sprites.js" */

import { lay } from "#app/look/embedding/sprites.js";
import { h } from "#app/widgets/dom.js";

const GLIDE = 45; // milliseconds in which two thirds of a way are gone
const THERE = 0.3; // pixels that are no way
const FAINT = 56; // of 256: what isn't chosen, while something is
const LABEL = "Items as a cloud of points; the lists beside it name those near and those chosen";
const MARGIN = 14; // CSS pixels around the outermost places

/**
 * What is painted.
 * @typedef {object} Scene
 * @property {Float32Array} places  x to the right and y upward of each point, about -1…1; NaN: nowhere
 * @property {Sprite[]} sprites  of each point
 * @property {Int32Array} order  of painting, the last on top
 * @property {Uint8Array | null} strong  1 for each point that was chosen; null: nothing was
 * @property {number} extent  what reaches the canvas's edge
 * @property {unknown} cast  another one: other points, which don't glide from where these were
 */

export class Cloud {
  canvas = h("canvas", { class: "embedding-canvas", role: "img", "aria-label": LABEL });
  /** CSS pixels of a side. */
  side = 0;
  /** Where the points are now: CSS pixels from the left and from the top. */
  pixels = new Float32Array(0);
  /** @type {Scene | undefined} */
  #scene;
  /** @type {ImageData | undefined} */
  #image;
  #ratio = 1;
  #paper = 0;
  #frame = 0;
  #still = matchMedia("(prefers-reduced-motion: reduce)");
  #onMove;

  /** @param {() => void} onMove  the points are elsewhere now, or the canvas has another size */
  constructor(onMove) {
    this.#onMove = onMove;
  }

  /**
   * Take the canvas's size.
   * @param {number} side  CSS pixels
   */
  resize(side) {
    this.#ratio = Math.min(window.devicePixelRatio || 1, 2);
    const pixels = Math.max(Math.round(side * this.#ratio), 1);
    if (side === this.side && this.canvas.width === pixels) return;
    this.side = side;
    this.canvas.width = this.canvas.height = pixels;
    this.#image = new ImageData(pixels, pixels);
    this.#arrive();
  }

  /** Device pixels to a CSS pixel. */
  get ratio() {
    return this.#ratio;
  }

  /** @param {number} colour  packed */
  set paper(colour) {
    this.#paper = colour;
  }

  /** CSS pixels to a unit. */
  get unit() {
    return (this.side / 2 - MARGIN) / (this.#scene?.extent ?? 1);
  }

  /**
   * A place in CSS pixels.
   * @param {number} x
   * @param {number} y
   * @returns {[number, number]}
   */
  toPixels(x, y) {
    return [this.side / 2 + x * this.unit, this.side / 2 - y * this.unit];
  }

  /**
   * @param {number} left  CSS pixels
   * @param {number} top
   * @returns {[number, number]}
   */
  toPlace(left, top) {
    return [(left - this.side / 2) / this.unit, (this.side / 2 - top) / this.unit];
  }

  /**
   * @param {Scene} scene
   * @param {boolean} glide  whether the points go to their places, not jump
   */
  show(scene, glide) {
    const same = scene.cast === this.#scene?.cast && this.pixels.length === scene.places.length;
    this.#scene = scene;
    if (this.pixels.length !== scene.places.length) this.pixels = new Float32Array(scene.places.length);
    if (!same || !glide || this.#still.matches || document.hidden) this.#arrive();
    else if (this.#frame === 0) this.#step(performance.now());
  }

  /** Put every point where it belongs. */
  #arrive() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#go(1);
    this.#paint();
  }

  /** @param {number} before  when the last picture was painted */
  #step(before) {
    this.#frame = requestAnimationFrame(() => {
      const now = performance.now();
      const rest = this.#go(1 - Math.exp((before - now) / GLIDE));
      this.#frame = 0;
      if (rest < THERE) this.#go(1);
      else this.#step(now);
      this.#paint();
    });
  }

  /**
   * Go a share of each way; gives the longest that is left, in CSS pixels.
   * @param {number} share
   */
  #go(share) {
    const { pixels, unit, side } = this;
    const { places } = this.#scene ?? { places: new Float32Array(0) };
    let most = 0;
    for (let i = 0; i < places.length; i++) {
      const target = side / 2 + (i % 2 === 0 ? unit : -unit) * places[i];
      const way = target - pixels[i];
      if (share === 1 || way !== way) pixels[i] = target;
      else {
        pixels[i] += share * way;
        most = Math.max(most, Math.abs(way) * (1 - share));
      }
    }
    return most;
  }

  #paint() {
    const image = this.#image;
    const scene = this.#scene;
    if (image === undefined || scene === undefined) return;
    const picture = new Uint32Array(image.data.buffer).fill(this.#paper);
    const { width, height } = image;
    const { order, sprites, strong } = scene;
    const { pixels, ratio } = this;
    const layAll = (/** @type {number} */ wanted, /** @type {number} */ strength) => {
      for (let k = 0; k < order.length; k++) {
        const i = order[k];
        if (strong !== null && strong[i] !== wanted) continue;
        const x = pixels[2 * i] * ratio;
        if (x === x) lay(picture, width, height, sprites[i], x, pixels[2 * i + 1] * ratio, strength);
      }
    };
    if (strong !== null) layAll(0, FAINT);
    layAll(1, 256);
    /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d")).putImageData(image, 0, 0);
    this.#onMove();
  }

  /**
   * The point nearest to a place on the canvas; -1 where none is near.
   * @param {number} left  CSS pixels
   * @param {number} top
   * @param {number} within  CSS pixels
   */
  nearest(left, top, within) {
    let [best, square] = [-1, within * within];
    for (let i = 0; i < this.pixels.length; i += 2) {
      const away = (this.pixels[i] - left) ** 2 + (this.pixels[i + 1] - top) ** 2;
      if (away <= square) [best, square] = [i / 2, away];
    }
    return best;
  }
}
