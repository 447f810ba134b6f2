// The left panel: what the network is given - a drawing, a picture, or an item of a set.

/** @import {Actions, Input, Stroke, View} from "#app/app/view.js" */
/** @import {Run} from "#app/source/run.js" */

import { decode } from "#app/reading/decode.js";
import { pixelsOfPicture, pixelsOfStrokes } from "#app/reading/input.js";
import { SHADED, shaded } from "#app/reading/words.js";
import { h, write } from "#app/widgets/dom.js";
import { Framing } from "#app/widgets/framing.js";
import { Pad } from "#app/widgets/pad.js";
import { Picker } from "#app/widgets/picker.js";
import { Tabs } from "#app/widgets/tabs.js";
import { takeFiles } from "#app/widgets/files.js";

/** Draw, drop or pick; below, what the network sees of it. */
export class InputPanel {
  /** @type {Run | undefined} */
  #run;
  /** @type {Input | undefined} */
  #input;
  /** What the pad shows already, being drawn there. @type {Input | undefined} */
  #drawn;
  /** Counts the files: of two, the later is shown. */
  #file = 0;
  #actions;
  #says = h("p", { class: "input-says", role: "status" });
  #pad = new Pad((strokes) => this.#draw(strokes));
  #drawing = h("div", { class: "drawing" });
  #picking = h("div", { class: "picking" });
  #parts = { Draw: this.#drawing, "From the data": this.#picking };
  #tabs = new Tabs("input", "Where the input comes from", this.#parts, () => this.#turned());
  #picker;
  #framing;

  /**
   * @param {HTMLElement} element
   * @param {Pick<Actions, "take" | "focus">} actions
   */
  constructor(element, actions) {
    this.#actions = actions;
    this.#picker = new Picker(this.#picking, actions, (text, fault) => this.#say(text, fault));
    const chooser = takeFiles(
      element,
      (file, name) => this.#read(file, name),
      (text) => this.#say(text, true),
    );
    const tools = h("div", { class: "pad-tools" }, ...this.#pad.buttons, chooser);
    this.#drawing.append(this.#pad.element, tools, this.#pad.note);
    const given = h("div", {}, this.#drawing, this.#picking, this.#says);
    const seen = h("div");
    this.#framing = new Framing(seen, actions);
    const heading = h("div", { class: "input-head" }, h("h2", {}, "Its input"), this.#tabs.element);
    element.append(heading, h("div", { class: "input-parts" }, given, seen));
  }

  /** @param {View} view */
  update(view) {
    this.#run = view.run;
    this.#tabs.element.hidden = view.run.about.sets.length === 0;
    if (view.input !== this.#input) {
      this.#input = view.input;
      if (view.input !== this.#drawn && !this.#pad.busy) this.#show(view.input, view.run);
    }
    this.#framing.update(view);
    this.#picker.update(view);
  }

  /**
   * @param {Input} input
   * @param {Run} run
   */
  #show(input, run) {
    const blank = input.from.kind === "drawing" && input.from.strokes.length === 0;
    this.#pad.show(input, run.graph.input.shape, blank ? "Draw here" : "Draw your own over it");
  }

  /** @param {Stroke[]} strokes */
  #draw(strokes) {
    if (this.#run === undefined) return;
    this.#drawn = pixelsOfStrokes(strokes, this.#run.graph);
    this.#actions.take(this.#drawn);
  }

  /**
   * @param {Blob} file
   * @param {string} name
   */
  async #read(file, name) {
    const wish = ++this.#file;
    const before = this.#input;
    this.#say(`Reading ${name} …`);
    try {
      const picture = await decode(file);
      if (wish !== this.#file || this.#run === undefined) return;
      this.#say("");
      if (this.#input !== before) return; // something else was given meanwhile
      const input = pixelsOfPicture(picture, name, this.#run.graph);
      this.#actions.take(input);
      this.#tabs.open("Draw");
      if (shaded(input)) this.#say(SHADED, true);
    } catch (error) {
      if (wish === this.#file) this.#say(`${name}: ${error instanceof Error ? error.message : error}`, true);
    }
  }

  #turned() {
    this.#say("");
    this.#picker.show(!this.#picking.hidden);
  }

  /**
   * @param {string} text
   * @param {boolean} [fault]
   */
  #say(text, fault = false) {
    this.#says.classList.toggle("refused", fault);
    write(this.#says, text);
  }
}
