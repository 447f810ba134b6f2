// How numbers are spread around 0, before an operation and after it.

import { h, write } from "#app/widgets/dom.js";
import { EDGE, HEIGHT, PLOT, WIDTH, barsOf, histogram, svg } from "#app/widgets/lens/curve.js";

const BINS = 60;

/** A histogram of -reach … reach with a line at the present number. */
export class Spread {
  #bars = svg("path", { class: "counts" });
  #axis = svg("path", { class: "axes", d: `M${WIDTH / 2} 0V${HEIGHT}M0 ${HEIGHT - EDGE}H${WIDTH}` });
  #now = svg("path", { class: "now" });
  #caption = h("figcaption");

  constructor() {
    const plot = svg("svg", PLOT);
    plot.append(this.#bars, this.#axis, this.#now);
    this.element = h("figure", { class: "spread" }, this.#caption, plot);
  }

  /**
   * @param {ArrayLike<number>} values
   * @param {{start: number, count: number}} part
   * @param {number} reach
   * @param {number} now
   * @param {string} caption
   */
  update(values, { start, count }, reach, now, caption) {
    write(this.#caption, caption);
    const counts = histogram(values, start, count, reach, BINS);
    this.#bars.setAttribute("d", barsOf(counts));
    this.#bars.style.strokeWidth = `${(0.8 * (WIDTH - 2 * EDGE)) / BINS}px`;
    const share = Math.min(Math.max((now / reach + 1) / 2, 0), 1) || 0;
    this.#now.setAttribute("d", `M${EDGE + share * (WIDTH - 2 * EDGE)} 0V${HEIGHT - EDGE}`);
  }
}
