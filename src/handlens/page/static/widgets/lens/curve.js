// The curve of an activation, y over x, with the present point and how often each x occurs.

/** @import {Node} from "#app/net/types.js" */

import { operation } from "#app/net/ops/table.js";

const POINTS = 121;
export const WIDTH = 240;
export const HEIGHT = 150;
export const EDGE = 7;
/** The attributes of a plot as an SVG. */
export const PLOT = { class: "curve-plot", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" };

/**
 * A curve's points for x of -reach … reach, as the network itself computes them.
 * @param {Pick<Node, "op" | "attrs">} node
 * @param {number} reach
 * @returns {{x: Float32Array, y: Float32Array}}
 */
export function curve({ op, attrs }, reach) {
  const x = Float32Array.from({ length: POINTS }, (_, i) => ((2 * i) / (POINTS - 1) - 1) * reach);
  const y = new Float32Array(POINTS);
  operation(op)
    .prepare([[POINTS]], [POINTS], attrs)
    .forward([x], y, {});
  return { x, y };
}

/**
 * How many of the values fall into each of `bins` equal parts of -reach … reach; those beyond count at the
 * ends, those that aren't finite nowhere.
 * @param {ArrayLike<number>} values
 * @param {number} start
 * @param {number} count
 * @param {number} reach
 * @param {number} bins
 */
export function histogram(values, start, count, reach, bins) {
  const found = new Uint32Array(bins);
  for (let i = start; i < start + count; i++) {
    if (!Number.isFinite(values[i])) continue;
    const bin = Math.floor(((values[i] / reach + 1) / 2) * bins);
    found[Math.min(Math.max(bin, 0), bins - 1)] += 1;
  }
  return found;
}

/**
 * A histogram's bars as an SVG path; heights are logarithms, lest the many zeros hide the rest.
 * @param {Uint32Array} counts
 */
export function barsOf(counts) {
  const most = Math.log1p(Math.max(...counts)) || 1;
  const step = (WIDTH - 2 * EDGE) / counts.length;
  const bars = Array.from(counts, (count, i) => {
    const tall = (Math.log1p(count) / most) * (HEIGHT - 2 * EDGE);
    return count === 0 ? "" : `M${(EDGE + (i + 0.5) * step).toFixed(1)} ${HEIGHT - EDGE}v${-tall.toFixed(1)}`;
  });
  return bars.join("");
}

/** Drawn as SVG: the curve stays, only the point moves. */
export class Curve {
  #counts = svg("path", { class: "counts" });
  #axes = svg("path", { class: "axes" });
  #line = svg("path", { class: "curve" });
  #guide = svg("path", { class: "guide" });
  #point = svg("circle", { class: "point", r: 5 });
  #drawn = "";
  #reach = 1;
  /** @type {[number, number]} */
  #limits = [0, 1];

  constructor() {
    this.element = svg("svg", PLOT);
    this.element.append(this.#counts, this.#axes, this.#line, this.#guide, this.#point);
  }

  /**
   * @param {Node} node
   * @param {number} reach
   * @param {[number, number]} at  the present x and y
   */
  update(node, reach, at) {
    if (this.#drawn !== `${node.name} ${reach}`) this.#draw(node, reach);
    const [x, y] = [this.#across(at[0]), this.#down(at[1])];
    this.#point.setAttribute("cx", x.toFixed(1));
    this.#point.setAttribute("cy", y.toFixed(1));
    this.#guide.setAttribute("d", `M${x} ${this.#down(0)}V${y}H${this.#across(0)}`);
  }

  /** @param {Uint32Array} counts  a histogram over the whole width */
  count(counts) {
    this.#counts.setAttribute("d", barsOf(counts));
    this.#counts.style.strokeWidth = `${(0.8 * (WIDTH - 2 * EDGE)) / counts.length}px`;
  }

  /**
   * @param {Node} node
   * @param {number} reach
   */
  #draw(node, reach) {
    this.#drawn = `${node.name} ${reach}`;
    this.#reach = reach;
    const { x, y } = curve(node, reach);
    this.#limits = [Math.min(...y), Math.max(...y)];
    const points = Array.from(x, (value, i) => `${this.#across(value)} ${this.#down(y[i])}`);
    this.#line.setAttribute("d", `M${points.join("L")}`);
    this.#axes.setAttribute("d", `M0 ${this.#down(0)}H${WIDTH}M${this.#across(0)} 0V${HEIGHT}`);
  }

  /** @param {number} x */
  #across(x) {
    const share = Math.min(Math.max((x / this.#reach + 1) / 2, 0), 1) || 0;
    return EDGE + share * (WIDTH - 2 * EDGE);
  }

  /** @param {number} y */
  #down(y) {
    const [low, high] = this.#limits;
    const share = Math.min(Math.max((y - low) / (high - low), 0), 1) || 0;
    return HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE);
  }
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} attributes
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
