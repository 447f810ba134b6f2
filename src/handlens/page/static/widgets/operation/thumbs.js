// Small maps to choose one from.

/** @import {Shape} from "#app/net/types.js" */
/** @import {Shade} from "#app/widgets/lens/shade.js" */

import { h } from "#app/widgets/dom.js";

/** More than this are left to the list of sums. */
const MOST = 64;

export class Thumbs {
  /** @type {{button: HTMLElement, canvas: HTMLCanvasElement}[]} */
  #thumbs = [];
  #choose;

  /**
   * @param {string} name  what is chosen
   * @param {(map: number) => void} choose
   */
  constructor(name, choose) {
    this.#choose = choose;
    this.element = h("div", { class: "thumbs", role: "group", "aria-label": name });
  }

  /**
   * @param {ArrayLike<number>} values  of the stage
   * @param {Shape} shape  of the stage
   * @param {[number, number]} span  the maps to be shown: from, how many
   * @param {number} chosen  counted within the span
   * @param {(map: number) => Shade} shade
   */
  update(values, [, height, width], [from, count], chosen, shade) {
    this.element.hidden = count < 2 || count > MOST;
    if (this.element.hidden) return;
    while (this.#thumbs.length < count) this.#add();
    this.#thumbs.forEach(({ button, canvas }, i) => {
      button.hidden = i >= count;
      if (button.hidden) return;
      button.setAttribute("aria-label", `map ${from + i + 1}`);
      button.setAttribute("aria-pressed", String(i === chosen));
      paint(canvas, values, (from + i) * height * width, [height, width], shade(from + i));
    });
  }

  #add() {
    const [canvas, place] = [h("canvas"), this.#thumbs.length];
    const button = h("button", { type: "button", onclick: () => this.#choose(place) }, canvas);
    this.#thumbs.push({ button, canvas });
    this.element.append(button);
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values
 * @param {number} start
 * @param {[number, number]} size  height, width
 * @param {Shade} shade
 */
function paint(canvas, values, start, [height, width], shade) {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const picture = context.createImageData(width, height);
  shade.paint(values, start, new Uint32Array(picture.data.buffer));
  context.putImageData(picture, 0, 0);
}
