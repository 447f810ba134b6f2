// One stage's row: its head in words, its maps as tiles.

/** @import {View} from "#app/app/view.js" */
/** @import {Graph} from "#app/net/graph.js" */

import { paint, paintLog, paintPicture } from "#app/look/colours.js";
import { INPUT } from "#app/net/graph.js";
import { h, write } from "#app/widgets/dom.js";
import { Answers } from "#app/widgets/network/answers.js";
import { Head } from "#app/widgets/network/head.js";
import { Picture } from "#app/widgets/network/picture.js";
import { Raster } from "#app/widgets/network/raster.js";
import { firstOf, formOf } from "#app/widgets/network/form.js";
import { tilesFor } from "#app/widgets/network/tiles.js";
import { counted } from "#app/widgets/words.js";

export class StageRow {
  /** Whether it is on the screen, or nearly; only then it is painted. */
  visible = false;
  stale = true;
  #all = false;
  #raster;
  #more = h("button", { type: "button", class: "quiet", onclick: () => this.#showAll() });

  /**
   * @param {Graph} graph
   * @param {string} stage
   * @param {() => void} changed  is called when it wants to be laid out again
   */
  constructor(graph, stage, changed) {
    this.stage = stage;
    this.form = formOf(graph, stage);
    this.changed = changed;
    this.#raster = new Raster({
      role: "application",
      "aria-roledescription": "feature maps",
      "aria-label": `${stage}, ${graph.shape(stage).map(counted).join(" × ")}`,
      "aria-describedby": "network-keys",
      tabindex: "0",
    });
    this.canvas = this.#raster.canvas;
    this.head = new Head(graph, stage);
    this.body = h("div", { class: "network-maps" });
    this.picture = stage === INPUT && this.form.maps === 3 ? new Picture() : undefined;
    this.answers = this.form.kind === "classes" ? new Answers(graph.classes) : undefined;
    this.longest = this.answers === undefined ? 1 : Math.max(...graph.classes.map((name) => name.length));
    this.element = this.#build();
    this.tiles = tilesFor(this.form, firstOf(this.form), 1, 16);
  }

  #build() {
    const { stage, head, body, picture, answers } = this;
    if (picture !== undefined) body.append(picture.canvas);
    if (answers !== undefined) this.#raster.element.append(answers.element);
    body.append(this.#raster.element);
    if (firstOf(this.form) < this.form.maps) body.append(this.#more);
    write(this.#more, `Show all ${counted(this.form.maps)}`);
    const row = { class: "network-stage", "data-stage": stage, role: "group", "aria-label": stage };
    return h("div", row, head.element, body, head.lesson);
  }

  #showAll() {
    this.#all = !this.#all;
    const { maps } = this.form;
    write(this.#more, this.#all ? `Show the first ${firstOf(this.form)}` : `Show all ${counted(maps)}`);
    this.changed();
  }

  /**
   * Lay the tiles out anew.
   * @param {number} available  CSS pixels
   * @param {number} rem
   */
  arrange(available, rem) {
    const shown = this.#all ? this.form.maps : firstOf(this.form);
    this.tiles = tilesFor(this.form, shown, available, rem, this.longest);
    this.#raster.arrange(this.tiles);
    this.head.kernel?.arrange(rem);
    this.picture?.arrange(this.tiles);
    this.answers?.arrange(this.tiles);
    this.stale = true;
  }

  /** @param {View} view */
  paint(view) {
    this.stale = false;
    const { network, show, tables, input, run } = view;
    const values = show === "gradients" ? network.gradient(this.stage) : network.value(this.stage);
    if (show === "gradients") {
      this.#raster.paint(values, (some, out) => paintLog(some, tables.diverging, out));
    } else if (this.stage === INPUT) {
      this.#raster.paint(input.pixels, (some, out) => paintPicture(some, 1, tables.ink, out));
    } else {
      const limit = run.about.ranges.stages[this.stage] ?? 1;
      this.#raster.paint(values, (some, out) => paint(some, limit, tables.diverging, out));
    }
    this.picture?.paint(input.pixels, tables.ink);
    this.answers?.update(values, show === "values");
    this.head.update(view, values);
  }
}
