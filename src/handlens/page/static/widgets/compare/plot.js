// A measure of two trainings over one axis of steps: this one in a full line, the other one dashed.

/** @import {Point} from "#app/look/curves.js" */
/** @import {About} from "#app/source/run.js" */

import { logScale, lossPoints, scoredPoints, short, smooth } from "#app/look/curves.js";
import { h, sharp, token } from "#app/widgets/dom.js";
import { line, rings, writer } from "#app/widgets/timeline/curves.js";
import { counted } from "#app/widgets/words.js";

const COLOURS = ["--accent", "--accuracy"];
const DASHES = [[], [6, 4]];
const [LEFT, RIGHT, TOP, BOTTOM, HEIGHT] = [44, 12, 8, 20, 170]; // pixels

export class Plot {
  #kind;
  #canvas = h("canvas", { role: "img" });
  #heads = COLOURS.map((_, i) => h("i", { class: `compare-head of-${i}`, "aria-hidden": "true" }));
  #holder = h("div", { class: "compare-plot" }, this.#canvas, ...this.#heads);
  /** What is drawn. @type {unknown[]} */
  #drawn = [];
  #width = 0;
  #last = 1;

  /**
   * @param {"loss" | "accuracy"} kind
   * @param {string} title
   * @param {() => void} again  called when it has another size
   */
  constructor(kind, title, again) {
    this.#kind = kind;
    this.#canvas.setAttribute("aria-label", `${title}: both trainings by step`);
    this.element = h("figure", {}, h("figcaption", {}, title), this.#holder);
    new ResizeObserver(([{ contentRect }]) => {
      this.#width = Math.floor(contentRect.width);
      again();
    }).observe(this.#holder);
  }

  /**
   * @param {About[]} abouts  this one's, the other's
   * @param {number[]} steps
   * @param {unknown} theme  another one where the colours are others
   */
  update(abouts, steps, theme) {
    if (this.#width === 0) return;
    const drawn = [...abouts, this.#width, theme];
    if (drawn.some((part, i) => part !== this.#drawn[i])) this.#draw(abouts);
    this.#drawn = drawn;
    steps.forEach((step, i) => {
      const x = LEFT + (step / this.#last) * (this.#width - LEFT - RIGHT);
      this.#heads[i].style.transform = `translateX(${(x || 0).toFixed(1)}px)`;
    });
  }

  /** @param {About[]} abouts */
  #draw(abouts) {
    const width = this.#width;
    const [right, bottom] = [width - RIGHT, HEIGHT - BOTTOM];
    this.#last = Math.max(...abouts.map(({ total }) => total), 1);
    const context = sharp(this.#canvas, width, HEIGHT);
    const place = (/** @type {number} */ step) => step / this.#last;
    const curves = abouts.map((about) => this.#curve(about, place));
    const values = curves.flatMap(({ scored, running }) => [...scored, ...running]).map(({ value }) => value);
    const scale = this.#kind === "loss" ? logScale(values) : (/** @type {number} */ share) => share;
    const say = writer(context, 11);
    const quiet = token("--quiet");
    context.strokeStyle = token("--line");
    context.lineWidth = 1;
    context.strokeRect(LEFT - 0.5, TOP - 0.5, right - LEFT + 1, bottom - TOP + 1);
    if (values.length === 0) {
      say(quiet, "nothing was measured", LEFT + 10, (TOP + bottom) / 2, "left");
      return;
    }
    const ends =
      this.#kind === "loss" ? [Math.max(...values), Math.min(...values)].map(short) : ["100 %", "0"];
    say(quiet, ends[0], LEFT - 6, TOP + 9, "right");
    say(quiet, ends[1], LEFT - 6, bottom, "right");
    say(quiet, "0", LEFT, HEIGHT - 6, "center");
    say(quiet, `step ${counted(this.#last)}`, right, HEIGHT - 6, "right");
    /** @type {(points: Point[]) => number[][]} */
    const places = (points) =>
      points.map(({ place, value }) => [
        LEFT + place * (right - LEFT),
        bottom - scale(value) * (bottom - TOP),
      ]);
    curves.forEach(({ running, scored }, i) => {
      const colour = token(COLOURS[i]);
      context.setLineDash(DASHES[i]);
      line(context, colour, 1, 2, places(this.#kind === "loss" ? running : scored));
      context.setLineDash([]);
      rings(context, places(scored), colour, token("--card"));
    });
  }

  /**
   * @param {About} about
   * @param {(step: number) => number} place
   */
  #curve(about, place) {
    const scored = scoredPoints(about, this.#kind, place);
    return { scored, running: this.#kind === "loss" ? smooth(lossPoints(about, place)) : [] };
  }
}
