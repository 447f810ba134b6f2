// The picture, with a box around everything that was found in it.

/** @import {Box, Found, Reading} from "#app/read/types.js" */

import { h } from "#app/widgets/dom.js";

const TINY = 120; // pixels; a smaller picture is shown pixel by pixel
const SVG = "http://www.w3.org/2000/svg";

/**
 * An element of a drawing.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} attributes
 * @param {...(Node | string)} children
 */
function drawn(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

export class Board {
  element = h("div", { class: "board" });
  /** @type {ImageBitmap | null} */
  #shown = null;
  #boxes = /** @type {Map<number, SVGElement>} */ (new Map());
  #onPick;

  /** @param {(number: number) => void} onPick  is told the number of what was pointed at */
  constructor(onPick) {
    this.#onPick = onPick;
  }

  /**
   * Another picture, not read yet.
   * @param {ImageBitmap | null} shown  null where the browser can't decode it
   */
  picture(shown) {
    this.#shown?.close();
    this.#shown = shown;
    this.#boxes.clear();
    this.element.replaceChildren();
    if (shown === null) return;
    this.element.append(canvasOf(shown));
  }

  /**
   * What was found in it.
   * @param {Reading} reading
   * @param {Found[]} found
   */
  reading({ size: [height, width], marks }, found) {
    this.clear();
    const sheet = drawn("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    this.element.classList.toggle("unseen-picture", this.#shown === null);
    for (const { box } of marks)
      sheet.append(drawn("g", { class: "mark-box" }, ...outlined(box, height, width)));
    for (const one of found) sheet.append(this.#boxOf(one, height, width));
    this.element.append(sheet);
  }

  /** No boxes. */
  clear() {
    this.#boxes.clear();
    this.element.querySelector("svg")?.remove();
  }

  /** @param {number | null} number */
  pick(number) {
    for (const [key, box] of this.#boxes) box.classList.toggle("picked", key === number);
  }

  /**
   * @param {Found} found
   * @param {number} height
   * @param {number} width
   */
  #boxOf(found, height, width) {
    const digit = found.kind === "digit";
    const { box } = digit ? found.digit : found.ink;
    const group = drawn(
      "g",
      { class: digit ? "digit-box" : "rejected-box" },
      ...outlined(box, height, width),
    );
    if (digit) group.append(label(found.digit.value, box, height, width));
    group.addEventListener("click", () => this.#onPick(found.number));
    this.#boxes.set(found.number, group);
    return group;
  }
}

/** @param {ImageBitmap} shown */
function canvasOf(shown) {
  const canvas = h("canvas", { role: "img", "aria-label": "The picture that is read" });
  [canvas.width, canvas.height] = [shown.width, shown.height];
  canvas.getContext("2d")?.drawImage(shown, 0, 0);
  canvas.classList.toggle("tiny", Math.max(shown.width, shown.height) < TINY);
  return canvas;
}

/**
 * A box with a halo, to be seen on any picture; a little outside the ink.
 * @param {Box} box
 * @param {number} height
 * @param {number} width
 */
function outlined([top, left, bottom, right], height, width) {
  const air = 0.006 * Math.max(height, width);
  const place = {
    x: left - air,
    y: top - air,
    width: right - left + 2 * air,
    height: bottom - top + 2 * air,
    rx: air,
  };
  return [drawn("rect", { ...place, class: "halo" }), drawn("rect", { ...place, class: "edge" })];
}

/**
 * A digit's value above its box, or within it where there is no room.
 * @param {string} value
 * @param {Box} box
 * @param {number} height
 * @param {number} width
 */
function label(value, [top, left, bottom, right], height, width) {
  const longest = Math.max(height, width);
  const size = Math.min(Math.max(0.45 * (bottom - top), 0.025 * longest), 0.06 * longest);
  const above = top - 0.012 * longest;
  const y = above > size ? above : top + size;
  return drawn("text", { x: (left + right) / 2, y, "font-size": size, "text-anchor": "middle" }, value);
}
