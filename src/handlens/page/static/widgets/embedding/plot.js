// The picture and all that is over it: the points, the axes, the marks, the lasso. It knows places, not digits.

/** @import {Scene} from "#app/widgets/embedding/cloud.js" */
/** @import {Triple} from "#app/look/oklab.js" */

import { packed } from "#app/look/colours.js";
import { GrandTour } from "#app/look/embedding/grandtour.js";
import { inside } from "#app/look/embedding/lasso.js";
import { h } from "#app/widgets/dom.js";
import { Axes } from "#app/widgets/embedding/axes.js";
import { Cloud } from "#app/widgets/embedding/cloud.js";
import { Marks } from "#app/widgets/embedding/marks.js";
import { Pointing } from "#app/widgets/embedding/pointing.js";
import { make } from "#app/widgets/network/overlay.js";

const NEAR = 9; // CSS pixels around a point that are taken for it
const LONGEST = 1.04; // an axis that is drawn: longer ones shrink the picture
const ROOM = 1.3; // around the ring, for what is fanned out and the names
const TICK = 0.1; // seconds: a longer pause isn't caught up with

/**
 * @typedef {object} Hands
 * @property {(point: number) => void} over  -1 for none
 * @property {(point: number) => void} take
 * @property {(points: number[]) => void} lasso
 * @property {() => void} turned  the axes are elsewhere
 * @property {() => void} settled  and stay there
 * @property {() => void} resized
 * @property {() => [number, number]} own  the place of what the page looks at
 */

export class Plot {
  /** @type {GrandTour | undefined} */
  tour;
  /** Counts the changes of the axes. */
  turns = 0;
  marks = new Marks();
  #cloud = new Cloud(() => this.#follow());
  #axes = new Axes({
    toPlace: (left, top) => this.#unfit(this.#cloud.toPlace(left, top)),
    toPixels: (x, y) => this.#cloud.toPixels(x * this.#fit, y * this.#fit),
    drag: (k, x, y) => this.#drag(k, x, y),
    dropped: () => this.#drop(),
  });
  #pointing = new Pointing(this.#cloud.canvas, {
    over: (left, top) => this.#hands.over(this.#cloud.nearest(left, top, NEAR)),
    left: () => this.#hands.over(-1),
    click: (left, top) => this.#hands.take(this.#cloud.nearest(left, top, NEAR)),
    lasso: (line) => this.#hands.lasso(inside(line, this.#cloud.pixels, this.#cloud.pixels.length / 2)),
  });
  #over = -1;
  /** By which all places are multiplied, so that no axis leaves the picture. */
  #fit = 1;
  #guessed = false;
  #turning = 0;
  #hands;

  /** @param {Hands} hands */
  constructor(hands) {
    this.#hands = hands;
    const lasso = make("svg", { class: "embedding-lines", "aria-hidden": "true" });
    lasso.append(this.#pointing.element);
    const layers = [this.#axes.lines, this.#cloud.canvas, lasso, this.marks.element, this.#axes.element];
    this.element = h("div", { class: "embedding-plot" }, ...layers);
    this.fingers = false;
    new ResizeObserver(() => {
      const side = this.element.clientWidth;
      if (side === 0) return; // the room is closed
      this.#cloud.resize(side);
      hands.resized();
    }).observe(this.element);
  }

  /** CSS pixels of a side. */
  get side() {
    return this.#cloud.side;
  }

  get ratio() {
    return this.#cloud.ratio;
  }

  /** @param {boolean} on  whether fingers draw, not scroll */
  set fingers(on) {
    this.#pointing.fingers = on;
  }

  /**
   * @param {string[]} classes
   * @param {number[]} order  around the ring
   */
  build(classes, order) {
    this.tour = new GrandTour(order);
    this.#axes.build(classes);
  }

  /**
   * @param {Triple[]} colours
   * @param {Triple} paper
   */
  colour(colours, paper) {
    this.#axes.colour(colours);
    this.#cloud.paper = packed(paper);
  }

  /**
   * Where the axes end in the picture.
   * @returns {Float32Array}
   */
  ends() {
    const ends = /** @type {GrandTour} */ (this.tour).ends();
    if (this.#axes.held < 0) {
      let longest = 0;
      for (let i = 0; i < ends.length; i += 2) longest = Math.max(longest, Math.hypot(ends[i], ends[i + 1]));
      this.#fit = Math.min(1, LONGEST / longest);
    }
    return ends.map((end) => end * this.#fit);
  }

  /**
   * @param {Omit<Scene, "extent">} scene
   * @param {boolean} linear  whether the axes are shown
   */
  show(scene, linear) {
    this.#axes.element.hidden = !linear;
    this.#axes.lines.classList.toggle("gone", !linear);
    this.#cloud.show({ ...scene, extent: linear ? ROOM : 1 }, !this.turning && this.#axes.held < 0);
    if (linear && this.tour !== undefined) this.#axes.update(this.tour.ends(), this.side);
  }

  /**
   * @param {number} point  -1 for none
   */
  point(point) {
    this.#over = point;
    this.#follow();
  }

  /** @param {boolean} guessed  whether the own place is only where its neighbours are */
  own(guessed) {
    this.#guessed = guessed;
    this.#follow();
  }

  /** Put the marks where what they mark is now. */
  #follow() {
    const { pixels } = this.#cloud;
    const at = (/** @type {number} */ point) =>
      /** @type {[number, number]} */ ([pixels[2 * point], pixels[2 * point + 1]]);
    this.marks.over(this.#over < 0 ? null : at(this.#over));
    const [x, y] = this.#hands.own();
    this.marks.own(y === Infinity ? at(x) : this.#cloud.toPixels(x, y), this.#guessed, this.side);
  }

  /** @param {[number, number]} place */
  #unfit([x, y]) {
    return /** @type {[number, number]} */ ([x / this.#fit, y / this.#fit]);
  }

  /**
   * @param {number} k
   * @param {number} x
   * @param {number} y
   */
  #drag(k, x, y) {
    this.tour?.drag(k, x, y);
    this.#turned();
  }

  #drop() {
    this.#turned();
    this.#hands.settled();
  }

  reset() {
    this.tour?.reset();
    this.#drop();
  }

  #turned() {
    this.turns++;
    this.#hands.turned();
  }

  get turning() {
    return this.#turning !== 0;
  }

  /** Turn by itself, or stop. @param {boolean} on */
  turn(on) {
    if (on === this.turning) return;
    cancelAnimationFrame(this.#turning);
    this.#turning = 0;
    if (on) this.#tick(performance.now());
    else this.#drop();
  }

  /** @param {number} before */
  #tick(before) {
    this.#turning = requestAnimationFrame((now) => {
      if (this.#axes.held < 0) this.tour?.turn(Math.min(Math.max(now - before, 0) / 1000, TICK));
      this.#tick(now);
      this.#turned();
    });
  }
}
