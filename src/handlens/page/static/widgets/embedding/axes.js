// The ends of the classes' axes: to be dragged, or turned and stretched by keys.

/** @import {Triple} from "#app/look/oklab.js" */

import { h } from "#app/widgets/dom.js";
import { make } from "#app/widgets/network/overlay.js";

const TURN = Math.PI / 36; // an arrow key's
const STRETCH = 0.05;
const SHORT = 3; // letters of a name whose middle can stand where it belongs
/** A name stands so many times as far out as its axis ends: in front of what lies there, not on it. */
const FURTHER = 1.22;

/**
 * What the keys do: how far an axis is turned clockwise and stretched.
 * @type {Record<string, [number, number]>}
 */
const KEYS = {
  ArrowRight: [TURN, 0],
  ArrowLeft: [-TURN, 0],
  ArrowUp: [0, STRETCH],
  ArrowDown: [0, -STRETCH],
};

/**
 * @typedef {object} Ways
 * @property {(left: number, top: number) => [number, number]} toPlace  from CSS pixels in the plot
 * @property {(x: number, y: number) => [number, number]} toPixels
 * @property {(k: number, x: number, y: number) => void} drag  let a class's axis end there
 * @property {() => void} dropped
 */

export class Axes {
  lines = make("svg", { class: "embedding-lines", "aria-hidden": "true" });
  element = h("div", { class: "embedding-axes", role: "group", "aria-label": "Axes of the classes" });
  /** @type {{line: SVGElement, end: HTMLElement}[]} */
  #axes = [];
  #long = false;
  #ways;
  /** The axis that is being dragged. */
  held = -1;
  /** Where the axes end. @type {Float32Array} */
  #ends = new Float32Array(0);

  /** @param {Ways} ways */
  constructor(ways) {
    this.#ways = ways;
  }

  /** @param {string[]} classes */
  build(classes) {
    this.#long = classes.some((name) => name.length > SHORT);
    this.#axes = classes.map((name, k) => {
      const label = `Axis of ${name}`;
      const end = h(
        "button",
        { type: "button", class: "embedding-end", "aria-label": label, title: name },
        name,
      );
      end.setAttribute("aria-description", "Left and right turn it, up and down stretch it.");
      this.#listen(end, k);
      return { line: make("line", {}), end };
    });
    this.lines.append(...this.#axes.map(({ line }) => line));
    this.element.append(...this.#axes.map(({ end }) => end));
  }

  /** @param {Triple[]} colours */
  colour(colours) {
    this.#axes.forEach(({ end, line }, k) => {
      end.style.borderColor = line.style.stroke = `rgb(${colours[k].join(" ")})`;
    });
  }

  /**
   * @param {Float32Array} ends
   * @param {number} side  of the plot, CSS pixels
   */
  update(ends, side) {
    this.#axes.forEach(({ line, end }, k) => {
      const [left, top] = this.#ways.toPixels(FURTHER * ends[2 * k], FURTHER * ends[2 * k + 1]);
      const anchor = this.#long ? Math.min(Math.max(left / side, 0), 1) : 0.5; // long names stay inside
      end.style.transform = `translate(${left}px, ${top}px) translate(${-100 * anchor}%, -50%)`;
      const places = { x1: side / 2, y1: side / 2, x2: left, y2: top };
      for (const [name, value] of Object.entries(places)) line.setAttribute(name, value.toFixed(1));
    });
    this.#ends = ends;
  }

  /**
   * @param {HTMLElement} end
   * @param {number} k
   */
  #listen(end, k) {
    let [left, top] = [0, 0];
    end.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      end.setPointerCapture(event.pointerId);
      const [x, y] = this.#ways.toPixels(FURTHER * this.#ends[2 * k], FURTHER * this.#ends[2 * k + 1]);
      [left, top] = [x - event.clientX, y - event.clientY]; // it stays where it was taken
      this.held = k;
    });
    end.addEventListener("pointermove", (event) => {
      if (this.held !== k) return;
      const [x, y] = this.#ways.toPlace(event.clientX + left, event.clientY + top);
      this.#ways.drag(k, x / FURTHER, y / FURTHER);
    });
    const drop = () => {
      if (this.held !== k) return;
      this.held = -1;
      this.#ways.dropped();
    };
    end.addEventListener("pointerup", drop);
    end.addEventListener("pointercancel", drop);
    end.addEventListener("keydown", (event) => {
      const change = KEYS[event.key];
      if (change === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const [x, y] = [this.#ends[2 * k], this.#ends[2 * k + 1]];
      const angle = Math.atan2(x, y) + change[0];
      const length = Math.max(Math.hypot(x, y) + change[1], 0.02);
      this.#ways.drag(k, length * Math.sin(angle), length * Math.cos(angle));
      this.#ways.dropped();
    });
  }
}
