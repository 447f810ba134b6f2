// The room "Compare": another recording beside this one, at the same step and with the same input.

/** @import {Actions, View} from "#app/app/view.js" */
/** @import {RunCard} from "#app/source/source.js" */

import { Beside } from "#app/app/beside.js";
import { AGAIN } from "#app/app/model.js";
import { Unreachable } from "#app/errors.js";
import { readBeside, writeBeside } from "#app/look/compare/state.js";
import { Bars } from "#app/widgets/compare/bars.js";
import { Maps, sameClasses } from "#app/widgets/compare/maps.js";
import { Plot } from "#app/widgets/compare/plot.js";
import { Table } from "#app/widgets/compare/table.js";
import { h, write } from "#app/widgets/dom.js";
import { counted } from "#app/widgets/words.js";

const ALONE =
  "There is no other recording here. Train one in the room “Train”, or open several: " +
  "handlens view runs/first runs/second";

export class Compare {
  #actions;
  #select = h("select", {});
  #open = h("button", { type: "button", class: "quiet" }, "Go to that one");
  #steps = h("span", { class: "quiet-text" });
  #chooser = h("div", { class: "compare-ask" });
  #fault = h("p", { class: "compare-fault", role: "alert" });
  #table = new Table();
  #bars = new Bars();
  #loss = new Plot("loss", "Loss: training (line), held out (rings)", () => this.#again());
  #accuracy = new Plot("accuracy", "Accuracy on items held out", () => this.#again());
  #maps;
  #body;
  /** @type {View | null} */
  #view = null;
  /** @type {RunCard[] | null} */
  #cards = null;
  /** The one beside, and the one that is asked for. @type {Beside | null} */
  #beside = null;
  #wanted = "";

  /**
   * @param {HTMLElement} element
   * @param {Actions} actions
   */
  constructor(element, actions) {
    this.#actions = actions;
    this.#maps = new Maps(
      (stage) => this.#choose({ stage }),
      () => this.#again(),
    );
    this.#select.addEventListener("change", () => this.#choose({ other: this.#select.value }));
    this.#open.addEventListener("click", () => this.#exchange());
    const ask = h("label", {}, h("span", {}, "Beside it "), this.#select);
    this.#chooser.append(ask, this.#steps, this.#open);
    const plots = h(
      "div",
      { class: "compare-plots" },
      this.#loss.element,
      this.#accuracy.element,
      this.#bars.element,
    );
    this.#body = h("div", { class: "compare-body" }, this.#table.element, plots, this.#maps.element);
    this.#chooser.hidden = this.#body.hidden = true;
    element.classList.add("compare");
    element.append(this.#chooser, this.#fault, this.#body);
  }

  /** @param {View} view */
  update(view) {
    const first = this.#view === null;
    this.#view = view;
    if (first) this.#list();
    if (this.#cards !== null) this.#turn();
    const beside = this.#beside;
    beside?.follow(view);
    this.#body.hidden = beside === null || Number.isNaN(beside.step);
    this.#steps.hidden = this.#open.hidden = this.#body.hidden;
    if (beside === null) return;
    if (this.#body.hidden) return;
    this.#show(view, beside);
  }

  closed() {
    this.#beside?.close();
    this.#beside = null;
    this.#view = this.#cards = null;
    this.#wanted = "";
  }

  /**
   * @param {View} view
   * @param {Beside} beside
   */
  #show(view, beside) {
    const { run, step, probabilities, input, tables } = view;
    const same = step === beside.step;
    write(
      this.#steps,
      same
        ? `both at step ${counted(step)}`
        : `at step ${counted(beside.step)}, its frame nearest to ${counted(step)}`,
    );
    this.#table.update(view, beside);
    const abouts = [run.about, beside.run.about];
    for (const plot of [this.#loss, this.#accuracy]) plot.update(abouts, [step, beside.step], tables);
    const alike = sameClasses(run.graph, beside.run.graph) && beside.fits(run);
    this.#bars.element.hidden = !alike;
    if (alike) this.#bars.update(run.graph.classes, [probabilities, beside.probabilities], input.label);
    this.#maps.update(view, beside, this.#asked.stage);
  }

  get #asked() {
    return readBeside(this.#view?.rooms.compare);
  }

  #again() {
    if (this.#view !== null) this.update(this.#view);
  }

  /** @param {{other?: string, stage?: string}} chosen */
  #choose(chosen) {
    this.#actions.room("compare", writeBeside({ ...this.#asked, other: this.#wanted, ...chosen }));
  }

  /** Look at the other one, and keep this one beside it. */
  #exchange() {
    const { id } = /** @type {View} */ (this.#view).run;
    const other = this.#wanted;
    this.#choose({ other: id });
    this.#actions.open(other, "compare");
  }

  async #list() {
    const { run } = /** @type {View} */ (this.#view);
    try {
      this.#cards = (await run.source.runs()).filter(({ id }) => id !== run.id);
    } catch (error) {
      this.#tell(error);
      this.#later(error, () => this.#view !== null && this.#list());
      return;
    }
    write(this.#fault, this.#cards.length === 0 ? ALONE : "");
    this.#select.replaceChildren(...this.#cards.map(({ id, name }) => h("option", { value: id }, name)));
    this.#chooser.hidden = this.#cards.length === 0;
    this.#again();
  }

  /** Put the one that is asked for beside this one. */
  #turn() {
    const cards = this.#cards ?? [];
    const { other } = this.#asked;
    const wanted = other ?? cards[0]?.id;
    if (wanted === undefined || wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#beside?.close();
    this.#beside = null;
    this.#select.value = wanted; // where there is no such option, none is chosen
    if (cards.some(({ id }) => id === wanted)) this.#bring(wanted);
    else if (cards.length > 0)
      write(this.#fault, `There is no other recording “${wanted}” here: choose one.`);
  }

  /** @param {string} id */
  async #bring(id) {
    write(this.#fault, "");
    const { source } = /** @type {View} */ (this.#view).run;
    const fault = (/** @type {unknown} */ error) => this.#tell(error);
    try {
      const beside = await Beside.open(source, id, () => this.#again(), fault);
      if (this.#wanted !== id) beside.close();
      else this.#beside = beside;
    } catch (error) {
      this.#tell(error);
      this.#later(error, () => this.#wanted === id && this.#bring(id));
    }
    this.#again();
  }

  /**
   * Ask a server that didn't answer once more.
   * @param {unknown} error
   * @param {() => void} ask
   */
  #later(error, ask) {
    if (error instanceof Unreachable) setTimeout(ask, AGAIN);
  }

  /** @param {unknown} error  null where what was wrong is over */
  #tell(error) {
    write(this.#fault, error === null ? "" : error instanceof Error ? error.message : String(error));
  }
}
