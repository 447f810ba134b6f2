// The room "Filters": what each unit weighs, what excites it most, and what would.

/** @import {Actions, Unit, View} from "#app/app/view.js" */
/** @import {Answers} from "#app/look/filters/answers.js" */
/** @import {Layer} from "#app/look/filters/layers.js" */
/** @import {Arrays, Items, Run} from "#app/source/run.js" */

import { Series } from "#app/app/series.js";
import { TOP, answersOf, dead, twinOf } from "#app/look/filters/answers.js";
import { layersOf, unitAt } from "#app/look/filters/layers.js";
import { readState, writeState } from "#app/look/filters/state.js";
import { amount, lifeWords, twinWords, unitName } from "#app/look/filters/words.js";
import { h, write } from "#app/widgets/dom.js";
import { Digits } from "#app/widgets/filters/digits.js";
import { Dreaming } from "#app/widgets/filters/dream.js";
import { Film } from "#app/widgets/filters/film.js";
import { Grid } from "#app/widgets/filters/grid.js";
import { Taking } from "#app/widgets/taking.js";
import { counted } from "#app/widgets/words.js";

const MOST = "What excites it most isn't all that it answers to.";

/** The layers' units at the left; at the right one unit's weights, its best items and its dreams. */
export class Filters {
  #actions;
  #taking;
  #grid = new Grid((layer, unit) => this.#go(layer, unit));
  #film = new Film(
    (step) => this.#actions.scrub(step),
    () => this.#again(),
  );
  #digits = new Digits(
    (position, index) => this.#take(position, index),
    (error) => this.#say(error),
  );
  #dreams = new Dreaming(
    (step) => this.#actions.scrub(step),
    () => this.#again(),
  );
  #series = new Series(
    (run, step) => `units/${run.about.rooms?.set}/${step}.safetensors`,
    () => this.#again(),
  );
  #name = h("h3", { class: "filters-title" });
  #life = h("p", { class: "filters-life" });
  #twin = h("button", { type: "button", class: "quiet", hidden: true });
  #best = h("h3", {});
  #fault = h("p", { class: "quiet-text", role: "status" });
  #bestPart = h(
    "section",
    { class: "filters-best" },
    this.#best,
    this.#digits.element,
    this.#fault,
    h("p", { class: "quiet-text filters-caution" }, MOST),
  );
  #story = h(
    "div",
    { class: "filters-story" },
    h("header", {}, this.#name, this.#life, this.#twin),
    this.#film.element,
    this.#bestPart,
    h("section", {}, h("h3", {}, "What would excite it most"), this.#dreams.element),
  );
  /** Why an item couldn't be had. */
  #missed = "";
  /** @type {Layer[]} */
  #layers = [];
  #of = "";
  /** @type {View | undefined} */
  #view;
  /** @type {Arrays | undefined} */
  #arrays;
  /** By layer, of the arrays that are shown. @type {Map<Layer, Answers>} */
  #answers = new Map();
  /** The step that they are of. */
  #step = NaN;
  #set = "";
  /** @type {Items | undefined} */
  #items;
  /** The room's state, and what was pinned, when they were last looked at. @type {string | undefined} */
  #state;
  /** @type {Unit | null} */
  #pinned = null;

  /**
   * @param {HTMLElement} element
   * @param {Actions} actions
   */
  constructor(element, actions) {
    this.#actions = actions;
    this.#taking = new Taking(actions, (error) => this.#say(error));
    element.classList.add("filters");
    element.append(h("div", { class: "filters-layout" }, this.#grid.element, this.#story));
    this.#twin.addEventListener("click", () => this.#toTwin());
  }

  /** @param {View} view */
  update(view) {
    if (this.#view === undefined) this.#build(view);
    this.#view = view;
    this.#follow(view);
    const { layer, unit } = readState(view.rooms.filters, this.#layers);
    const answers = this.#answersTo(view, layer);
    this.#grid.update(view, layer, unit, answers);
    this.#film.update(view, layer, unit);
    this.#dreams.update(view, layer, unit);
    this.#tell(view, layer, unit, answers);
  }

  closed() {
    this.#missed = "";
    this.#series.stop();
  }

  /** @param {View} view */
  #build({ run, rooms, unit }) {
    this.#layers = layersOf(run.graph, run.about.rooms).layers;
    this.#grid.build(this.#layers);
    this.#state = rooms.filters;
    if (rooms.filters) this.#pinned = unit; // what the address says of the room counts
  }

  #again() {
    if (this.#view !== undefined && "filters" in this.#view.rooms) this.update(this.#view);
  }

  /**
   * What a layer's units answer at the present step; at an earlier one while that is on its way.
   * @param {View} view
   * @param {Layer} layer
   * @returns {Answers | null}
   */
  #answersTo({ run, step }, layer) {
    const set = run.about.rooms?.set ?? "";
    if (set !== this.#set) {
      this.#set = set;
      this.#arrays = undefined;
      this.#of = amount(layersOf(run.graph, run.about.rooms).items, run.about.things);
      this.#bringItems(run, set);
    }
    const here = this.#series.at(run, step);
    // Of a training what came last, though its newest frame is another by now.
    const latest = run.about.status === "running" ? this.#series.latest : null;
    const shown = here === undefined ? latest : { step, arrays: here };
    if (shown && shown.arrays !== this.#arrays) {
      this.#arrays = shown.arrays;
      this.#answers.clear();
      this.#step = shown.step;
    }
    this.#bestPart.classList.toggle("waiting", here === undefined);
    if (this.#arrays === undefined) return null;
    const known = this.#answers.get(layer) ?? answersOf(this.#arrays, layer);
    this.#answers.set(layer, known);
    return known;
  }

  /**
   * @param {Run} run
   * @param {string} set
   */
  async #bringItems(run, set) {
    this.#items = undefined;
    try {
      const items = await run.set(set);
      if (set === this.#set) this.#items = items;
      this.#again();
    } catch (error) {
      this.#say(error);
    }
  }

  /** @param {unknown} error */
  #say(error) {
    this.#missed = error instanceof Error ? error.message : String(error);
    write(this.#fault, this.#missed);
  }

  /**
   * @param {View} view
   * @param {Layer} layer
   * @param {number} unit
   * @param {Answers | null} answers
   */
  #tell(view, layer, unit, answers) {
    const { run } = view;
    write(this.#name, unitName(run.graph, layer, unit));
    write(this.#life, answers === null ? "" : lifeWords(answers, layer, unit, this.#of));
    const alike = answers === null ? "" : twinWords(run.graph, answers, layer, unit);
    write(this.#twin, alike);
    this.#twin.hidden = alike === "";
    const shown = answers !== null && !dead(answers, layer, unit) && this.#items;
    this.#digits.element.hidden = !shown;
    if (shown) this.#digits.update(view, layer, unit, answers, shown, this.#set);
    const when = answers === null ? "" : ` at step ${counted(this.#step)}`;
    write(this.#best, `What excites it most, of ${this.#of}${when}`);
    write(this.#fault, this.#series.fault || this.#why(layer, unit, answers) || this.#missed);
  }

  /**
   * Why there are no items to be seen.
   * @param {Layer} layer
   * @param {number} unit
   * @param {Answers | null} answers
   */
  #why(layer, unit, answers) {
    if (answers === null) return "Being computed …";
    if (dead(answers, layer, unit)) return "Nothing excites it.";
    return answers.top[unit * TOP] < 0 ? "At this step the numbers are no numbers any more." : "";
  }

  /**
   * Show the unit of a number that was pinned since; not where another was chosen in the same moment, by an
   * address.
   * @param {View} view
   */
  #follow({ run, unit, pinned, rooms }) {
    const chosen = rooms.filters !== this.#state;
    this.#state = rooms.filters;
    const now = pinned ? unit : null;
    if (now === null || (now.stage === this.#pinned?.stage && now.index === this.#pinned?.index)) return;
    this.#pinned = now;
    if (chosen) return;
    const layer = this.#layers.find((one) => [one.name, one.sums, one.answers].includes(now.stage));
    if (layer === undefined) return;
    const found = unitAt(run.graph.shape(now.stage), layer, now.index);
    const shown = readState(rooms.filters, this.#layers);
    if (found < layer.units && (shown.layer !== layer || shown.unit !== found)) this.#go(layer, found);
  }

  /**
   * @param {Layer} layer
   * @param {number} unit
   */
  #go(layer, unit) {
    this.#actions.room("filters", writeState(layer, unit));
  }

  #toTwin() {
    const view = /** @type {View} */ (this.#view);
    const { layer, unit } = readState(view.rooms.filters, this.#layers);
    const answers = this.#answers.get(layer);
    if (answers !== undefined) this.#go(layer, twinOf(answers, unit));
  }

  /**
   * Give the network an item, and pin the number that it excites.
   * @param {number} position
   * @param {number} index  in what the layer answers
   */
  async #take(position, index) {
    this.#missed = "";
    const view = /** @type {View} */ (this.#view);
    const { answers } = readState(view.rooms.filters, this.#layers).layer;
    const taken = await this.#taking.take(view, this.#set, position);
    if (taken && view.run.graph.stages.includes(answers)) this.#actions.pin({ stage: answers, index });
  }
}
