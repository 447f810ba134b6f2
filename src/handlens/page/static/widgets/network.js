// The network from input to answer: a row a stage, its maps as tiles, and what one number hangs on.

/** @import {Actions, View} from "#app/app/view.js" */

import { number } from "#app/look/numbers.js";
import { h, reserve, write } from "#app/widgets/dom.js";
import { unitWords } from "#app/widgets/lens/place.js";
import { Overlay } from "#app/widgets/network/overlay.js";
import { Pointing, same } from "#app/widgets/network/pointing.js";
import { relations } from "#app/widgets/network/relations.js";
import { StageRow } from "#app/widgets/network/stage.js";
import { blownUp, colours } from "#app/widgets/network/teach.js";
import { placeOf } from "#app/widgets/network/form.js";
import { longest } from "#app/widgets/words.js";

const KEYS =
  "Arrow keys move within a map, Page Up and Page Down between maps; " +
  "Enter keeps a number, Escape lets it go.";

/**
 * All stages as rows of tiles. `update` repaints what is on the screen when the values changed, and only
 * moves the overlay when another number is pointed at.
 */
export class NetworkView {
  #note = h("span");
  #legend = h("p", { class: "quiet-text network-note roomy" }, this.#note);
  #voice = h("p", { class: "unseen", "aria-live": "polite" });
  #rows = h("div", { class: "network-rows" });
  #overlay;
  #pointing;
  /** @type {Map<string, StageRow>} */
  #stages = new Map();
  /** @type {View | undefined} */
  #view;
  /** What the maps show. @type {unknown[]} */
  #painted = [];
  /** @type {{stage: string, index: number} | null} */
  #unit = null;
  /** Where each row's tiles begin in the panel; measured when asked for after a change of layout.
   * @type {Map<string, {left: number, top: number}>} */
  #corners = new Map();
  #width = 0;
  #resized = new ResizeObserver(() => this.#resize());
  #seen = new IntersectionObserver((entries) => this.#see(entries), { rootMargin: "25% 0%" });

  /**
   * @param {HTMLElement} element
   * @param {Actions} actions
   */
  constructor(element, actions) {
    this.#pointing = new Pointing(actions);
    element.classList.add("network");
    const keys = h("p", { class: "unseen", id: "network-keys" }, KEYS);
    element.append(this.#legend, keys, this.#voice, this.#rows);
    this.#overlay = new Overlay(this.#rows);
    this.#resized.observe(this.#rows);
    window.addEventListener("beforeprint", () => {
      for (const row of this.#stages.values()) row.visible = true;
      this.#refresh();
    });
  }

  /** @param {View} view */
  update(view) {
    const before = this.#view;
    this.#view = view;
    this.#pointing.view = view;
    if (before === undefined) this.#build(view);
    const label = view.show === "gradients" ? view.label : 0;
    const painted = [view.computed, view.show, label, view.tables, view.run.about];
    const repaint = painted.some((part, i) => part !== this.#painted[i]);
    if (repaint) {
      this.#painted = painted;
      for (const row of this.#stages.values()) row.stale = true;
      this.#tell(view);
    }
    this.#paint(view);
    if (repaint || !same(view.unit, this.#unit)) this.#point(view);
  }

  /** @param {View} view */
  #build(view) {
    const { graph } = view.run;
    for (const stage of graph.stages) {
      const row = new StageRow(graph, stage, () => this.#arrange());
      this.#stages.set(stage, row);
      this.#pointing.listen(row);
      this.#rows.append(row.element);
      this.#seen.observe(row.element);
    }
    this.#arrange();
  }

  /** @param {View} view */
  #paint(view) {
    for (const row of this.#stages.values()) if (row.stale && row.visible) row.paint(view);
  }

  /** What the colours mean, above all rows. @param {View} view */
  #tell({ show, run, label, step }) {
    const { losses } = run.about;
    const { classes } = run.graph;
    write(this.#note, blownUp(losses, step) + colours(show, classes[label]));
    reserve(this.#legend, blownUp(losses, Infinity) + colours("gradients", longest(classes)));
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #see(entries) {
    for (const { target, isIntersecting } of entries) {
      const row = this.#stages.get(/** @type {HTMLElement} */ (target).dataset.stage ?? "");
      if (row !== undefined) row.visible = isIntersecting;
    }
    this.#refresh();
  }

  #resize() {
    this.#corners.clear();
    if (this.#rows.clientWidth === this.#width) this.#refresh();
    else this.#arrange();
  }

  #arrange() {
    if (this.#view === undefined) return;
    this.#width = this.#rows.clientWidth;
    if (this.#width === 0) return; // hidden; it will be laid out when it is shown
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const rows = [...this.#stages.values()];
    const widths = rows.map(({ body }) => body.clientWidth); // all read before any is written
    rows.forEach((row, i) => row.arrange(widths[i], rem));
    this.#corners.clear();
    this.#refresh();
  }

  #refresh() {
    // Gradients that were just asked for aren't computed yet: an update comes before the next picture.
    if (this.#view === undefined || this.#view.show !== this.#painted[1]) return;
    this.#paint(this.#view);
    this.#point(this.#view);
  }

  /** @param {View} view */
  #point(view) {
    const { unit } = view;
    this.#unit = unit;
    for (const { stage, form, head } of this.#stages.values()) {
      if (unit?.stage === stage) head.kernel?.update(view, placeOf(form, unit.index).map);
      else head.kernel?.clear();
    }
    const row = unit === null ? undefined : this.#stages.get(unit.stage);
    if (unit === null || row === undefined || placeOf(row.form, unit.index).map >= row.tiles.shown) {
      this.#overlay.clear();
      return;
    }
    this.#overlay.draw(relations(view, unit, this.#stages, (stage) => this.#corner(stage)));
    this.#speak(view, unit);
  }

  /**
   * Where a row's tiles begin, from the panel's corner.
   * @param {string} stage
   */
  #corner(stage) {
    if (this.#corners.size === 0) {
      const panel = this.#rows.getBoundingClientRect();
      for (const [name, { canvas }] of this.#stages) {
        const { left, top } = canvas.getBoundingClientRect();
        this.#corners.set(name, { left: left - panel.left, top: top - panel.top });
      }
    }
    return /** @type {{left: number, top: number}} */ (this.#corners.get(stage));
  }

  /**
   * Say a number that keys have led to; what a pointer passes over would be a flood.
   * @param {View} view
   * @param {{stage: string, index: number}} unit
   */
  #speak({ network, run, show }, unit) {
    if (!same(unit, this.#pointing.spoken)) return;
    const values = show === "gradients" ? network.gradient(unit.stage) : network.value(unit.stage);
    write(this.#voice, `${unitWords(run.graph, unit)}: ${number(values[unit.index])}`);
  }
}
