// What is drawn over the maps while one number is pointed at: built once, then only moved.

/** @import {Rect} from "#app/widgets/network/tiles.js" */

const SVG = "http://www.w3.org/2000/svg";

const LINES = ["map", "far halo", "far", "near halo", "near", "unit halo", "unit"];

/** @typedef {{path: string, width: number, opacity: number, colour: string}} Curve */

/**
 * Everything in CSS pixels of the panel.
 * @typedef {object} Drawing
 * @property {Rect} unit
 * @property {Rect} map  that it is in
 * @property {Rect[]} near  what it reads itself
 * @property {Rect[]} far  what it hangs on, further up
 * @property {Rect[]} apart  maps that have no part in it
 * @property {Curve[]} curves  from the maps that its stage reads
 */

export class Overlay {
  #svg = make("svg", { class: "network-overlay", "aria-hidden": "true" });
  #apart = make("path", { class: "network-apart" });
  #curves = make("g", { class: "network-curves" });
  #lines = LINES.map((name) => make("path", { class: `network-${name}` }));

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#svg.append(this.#apart, this.#curves, ...this.#lines);
    element.append(this.#svg);
    this.clear();
  }

  clear() {
    this.#svg.style.visibility = "hidden";
  }

  /** @param {Drawing} drawing */
  draw({ unit, map, near, far, apart, curves }) {
    outline(this.#apart, path(apart, 1));
    const paths = [path([map], 2), path(far, 0.5), path(near, 0.5), path([unit], 1)];
    [0, 1, 1, 2, 2, 3, 3].forEach((which, i) => outline(this.#lines[i], paths[which]));
    this.#draw(curves);
    this.#svg.style.visibility = "visible";
  }

  /** @param {Curve[]} curves */
  #draw(curves) {
    while (this.#curves.childElementCount < curves.length) this.#curves.append(make("path", {}));
    for (let i = 0; i < this.#curves.childElementCount; i++) {
      const line = /** @type {SVGPathElement} */ (this.#curves.children[i]);
      const curve = curves[i];
      outline(line, curve?.path ?? "");
      if (curve === undefined) continue;
      line.style.strokeWidth = `${curve.width}`;
      line.style.opacity = `${curve.opacity}`;
      line.style.stroke = curve.colour;
    }
  }
}

/**
 * A smooth line from below one tile to above another.
 * @param {Rect} from
 * @param {Rect} to
 */
export function curve(from, to) {
  const [x, y] = [from.left + from.width / 2, from.top + from.height];
  const [goalX, goalY] = [to.left + to.width / 2, to.top];
  const bend = Math.max((goalY - y) / 2, 12);
  const points = [x, y + bend, goalX, goalY - bend, goalX, goalY];
  return `M${round(x)} ${round(y)}C${points.map(round).join(" ")}`;
}

/**
 * The outlines of rectangles, so many pixels outside of them.
 * @param {Rect[]} rects
 * @param {number} margin
 */
export function path(rects, margin) {
  let text = "";
  for (const { left, top, width, height } of rects) {
    const across = round(width + 2 * margin);
    const down = round(height + 2 * margin);
    text += `M${round(left - margin)} ${round(top - margin)}h${across}v${down}h${-across}z`;
  }
  return text;
}

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

/**
 * @param {Element} element
 * @param {string} d
 */
function outline(element, d) {
  if (element.getAttribute("d") !== d) element.setAttribute("d", d);
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} attributes
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function make(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
