// One stage's maps in both networks, on one scale of colours.

/** @import {View} from "#app/app/view.js" */
/** @import {Beside} from "#app/app/beside.js" */
/** @import {Graph} from "#app/net/graph.js" */

import { paint } from "#app/look/colours.js";
import { number } from "#app/look/numbers.js";
import { INPUT } from "#app/net/graph.js";
import { h, write } from "#app/widgets/dom.js";
import { firstOf, formOf } from "#app/widgets/network/form.js";
import { Raster } from "#app/widgets/network/raster.js";
import { tilesFor } from "#app/widgets/network/tiles.js";

export class Maps {
  #select = h("select", {});
  #said = h("span", { class: "quiet-text" });
  #rasters = [0, 1].map(() => new Raster({ role: "img" }));
  #names = [h("h3", { class: "of-0" }), h("h3", { class: "of-1" })];
  #sides = h("div", { class: "compare-sides" });
  #width = 0;
  #again;
  /** What the tiles are laid out for, and the stages to choose from. */
  #laid = "";
  #stages = "";
  /** What is painted. @type {unknown[]} */
  #painted = [];

  /**
   * @param {(stage: string) => void} choose
   * @param {() => void} again  called when it has another size
   */
  constructor(choose, again) {
    this.#again = again;
    this.#select.addEventListener("change", () => choose(this.#select.value));
    const cells = this.#rasters.map((raster, i) => h("div", {}, this.#names[i], raster.element));
    this.#sides.append(...cells);
    const ask = h("label", {}, h("span", {}, "Maps of "), this.#select);
    this.element = h(
      "div",
      { class: "compare-maps" },
      h("div", { class: "compare-ask" }, ask, this.#said),
      this.#sides,
    );
    new ResizeObserver(([{ contentRect }]) => {
      this.#width = Math.floor(contentRect.width);
      this.#again();
    }).observe(cells[0]);
  }

  /**
   * @param {View} view
   * @param {Beside} beside
   * @param {string | null} wanted  a stage
   */
  update({ run, network, computed, tables }, beside, wanted) {
    const graphs = [run.graph, beside.run.graph];
    const stages = shared(graphs[0], graphs[1]);
    this.element.hidden = stages.length === 0 || !beside.fits(run);
    if (this.element.hidden || this.#width === 0 || Number.isNaN(beside.step)) return;
    if (stages.join() !== this.#stages) {
      this.#stages = stages.join();
      this.#select.replaceChildren(...stages.map((stage) => h("option", { value: stage }, stage)));
    }
    const stage = wanted !== null && stages.includes(wanted) ? wanted : stages[0];
    this.#select.value = stage;
    this.#lay(graphs, stage);
    [run, beside.run].forEach(({ about }, i) => write(this.#names[i], about.name));
    const limit = Math.max(...[run, beside.run].map(({ about }) => about.ranges.stages[stage] ?? 1));
    write(this.#said, `one scale for both: −${number(limit)} blue, ${number(limit)} red`);
    const painted = [this.#laid, computed, beside.computed, beside.run, tables];
    if (painted.every((part, i) => part === this.#painted[i])) return;
    this.#painted = painted;
    [network, beside.network].forEach((each, i) =>
      this.#rasters[i].paint(each.value(stage), (some, out) => paint(some, limit, tables.diverging, out)),
    );
  }

  /**
   * @param {Graph[]} graphs
   * @param {string} stage
   */
  #lay(graphs, stage) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const laid = [stage, this.#width, rem, ...graphs.map((graph) => graph.shape(stage).join("x"))].join();
    if (laid === this.#laid) return;
    this.#laid = laid;
    graphs.forEach((graph, i) => {
      const form = formOf(graph, stage);
      this.#rasters[i].arrange(tilesFor(form, firstOf(form), this.#width, rem));
      this.#rasters[i].canvas.setAttribute("aria-label", `${stage}: ${graph.shape(stage).join(" × ")}`);
    });
  }
}

/**
 * The stages with maps that both networks have.
 * @param {Graph} one
 * @param {Graph} other
 */
function shared(one, other) {
  const maps = (/** @type {Graph} */ graph) =>
    graph.stages.filter((stage) => stage !== INPUT && graph.shape(stage).length === 3);
  const theirs = maps(other);
  return maps(one).filter((stage) => theirs.includes(stage));
}

/**
 * Whether two networks name the same classes.
 * @param {Graph} one
 * @param {Graph} other
 */
export function sameClasses(one, other) {
  return (
    one.classes.length === other.classes.length && one.classes.every((name, k) => name === other.classes[k])
  );
}
