// The room "Mistakes": where the network is wrong at the present step, and how sure it was.

/** @import {Actions, View} from "#app/app/view.js" */
/** @import {Asked} from "#app/look/mistakes/state.js" */
/** @import {Outcomes} from "#app/look/outcomes.js" */
/** @import {Items} from "#app/source/run.js" */

import { NOTHING, agreement } from "#app/look/mistakes/agreement.js";
import { sizeOf } from "#app/look/mistakes/counts.js";
import { inBin } from "#app/look/mistakes/reliability.js";
import { readAsked, writeAsked } from "#app/look/mistakes/state.js";
import { lossOf } from "#app/net/loss.js";
import { h, write } from "#app/widgets/dom.js";
import { Classes } from "#app/widgets/mistakes/classes.js";
import { Gallery } from "#app/widgets/mistakes/gallery.js";
import { Matrix } from "#app/widgets/mistakes/matrix.js";
import { Reliability } from "#app/widgets/mistakes/reliability.js";
import { Summary } from "#app/widgets/mistakes/summary.js";
import { Taking } from "#app/widgets/taking.js";

const REST = 120; // milliseconds between two orders of the gallery while one scrubs

/** @typedef {Items & {set: string, doubted: Uint8Array}} Held  1 where a label is known to be wrong */

/**
 * Counts follow every step at once, the gallery a little later. What is chosen comes before the filter, and
 * may come from another room; a chosen cell stands in the address.
 */
export class Mistakes {
  #element;
  #actions;
  #note = h("p", { class: "quiet-text" }, "Loading…");
  #body = h("div", { class: "mistakes-layout", hidden: true });
  #summary = new Summary();
  #reliability = new Reliability((bin) => this.#chooseBin(bin));
  #gallery;
  /** Made for the classes of the recording. @type {{matrix: Matrix, classes: Classes} | undefined} */
  #tables;
  /** @type {View | undefined} */
  #view;
  /** @type {Asked} */
  #asked = readAsked("", 0);
  /** The address and the choice as they last agreed, and of which set. */
  #agreed = NOTHING;
  /** @type {Outcomes | undefined} */
  #counted;
  /** What the gallery shows. @type {unknown[]} */
  #hung = [];
  #last = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;
  /** @type {Held | undefined} */
  #held;
  /** The set that is on its way. */
  #bringing = "";
  #taking;

  /**
   * @param {HTMLElement} element
   * @param {Actions} actions
   */
  constructor(element, actions) {
    this.#element = element;
    this.#actions = actions;
    this.#taking = new Taking(actions, (error) => this.#fault(error));
    this.#gallery = new Gallery({
      ask: (asked) => this.#ask(asked),
      drop: () => actions.choose(null),
      take: (position) => this.#take(position),
      fault: (error) => this.#fault(error),
    });
    element.classList.add("mistakes");
    element.append(this.#note, this.#body);
  }

  /** @param {View} view */
  update(view) {
    const { outcomes, step } = view;
    this.#view = view;
    if (outcomes === null) return; // on their way
    this.#tables ??= this.#build(view.run.graph.classes);
    this.#agree(view, outcomes);
    this.#element.classList.toggle("late", outcomes.step !== step);
    const { matrix, classes } = this.#tables;
    const { counts } = outcomes;
    matrix.update(counts.confusion, view.chosen?.kind === "cell" ? view.chosen : null);
    if (outcomes !== this.#counted) {
      this.#counted = outcomes;
      this.#summary.update(view.run, outcomes);
      classes.update(counts.confusion);
      this.#reliability.update(view.run.about, counts);
    }
    this.#follow(view, outcomes);
  }

  closed() {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.#bringing = ""; // what couldn't be brought is asked for again
    this.#agreed = NOTHING;
  }

  /** @param {string[]} names */
  #build(names) {
    const matrix = new Matrix(names, (cell) => this.#actions.choose(cell && { kind: "cell", ...cell }));
    const classes = new Classes(names);
    const how =
      "Rows: the label. Columns: what it is read as. Orange: mistakes, the stronger the larger their share of " +
      "the row. Pick a cell to see its items.";
    const left = h(
      "section",
      { class: "mistakes-confusion" },
      h("h3", {}, "What is taken for what"),
      matrix.element,
    );
    left.append(h("p", { class: "quiet-text" }, how));
    const parts = [this.#summary.element, left, this.#gallery.element];
    this.#body.append(...parts, classes.element, this.#reliability.element);
    this.#body.hidden = false;
    write(this.#note, "");
    return { matrix, classes };
  }

  /**
   * Make address and choice tell of the same cell.
   * @param {View} view
   * @param {Outcomes} outcomes
   */
  #agree({ rooms, chosen, run }, { set }) {
    const [before, now] = [this.#agreed, { state: rooms.mistakes, set, chosen }];
    this.#asked = readAsked(now.state, run.graph.classes.length);
    this.#agreed = now;
    if (now.state !== before.state || chosen !== before.chosen) this.#gallery.rewind();
    const change = agreement(before, now, this.#asked.cell);
    if (change === null) return;
    if ("write" in change) this.#write({ ...this.#asked, cell: change.write });
    else this.#actions.choose(change.choose && { kind: "cell", ...change.choose });
  }

  /** @param {Asked} asked */
  #write(asked) {
    this.#actions.room("mistakes", writeAsked(asked));
  }

  /** @param {Partial<Asked>} asked */
  #ask(asked) {
    if ("cell" in asked) this.#actions.choose(null);
    this.#write({ ...this.#asked, ...asked });
  }

  /**
   * Hang the gallery anew: at once where something else is asked for, a little later at another step.
   * @param {View} view
   * @param {Outcomes} outcomes
   */
  #follow(view, outcomes) {
    const held = this.#bring(view, outcomes);
    if (held === undefined) return;
    const wished = [held, view.chosen, view.input, view.rooms.mistakes];
    if (wished.some((part, i) => part !== this.#hung[i])) this.#hang();
    else if (outcomes !== this.#hung[wished.length]) {
      this.#soon ??= setTimeout(() => this.#hang(), Math.max(this.#last + REST - performance.now(), 0));
    }
  }

  #hang() {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const { run, step, outcomes, chosen, input, rooms, logits } = /** @type {View} */ (this.#view);
    const held = this.#held;
    if (held === undefined || outcomes === null || outcomes.n !== held.labels.length) return;
    this.#last = performance.now();
    this.#hung = [held, chosen, input, rooms.mistakes, outcomes];
    const { from } = input;
    const current = from.kind === "digit" && from.set === held.set ? from.position : -1;
    const doubtful = run.about.rooms?.doubtful.length ?? 0;
    const names = run.graph.classes;
    const exact = outcomes.step === step ? lossOf(logits, held.labels[current] ?? 0) : NaN;
    const total = sizeOf(run.about, held.set);
    this.#gallery.update({
      run,
      names,
      total,
      doubtful,
      outcomes,
      ...held,
      asked: this.#asked,
      chosen,
      current,
      exact,
    });
  }

  /**
   * The held items of the rooms' set, if they are here; else they are asked for.
   * @param {View} view
   * @param {Outcomes} outcomes
   */
  #bring({ run }, { set, n }) {
    if (this.#held?.set === set && this.#held.labels.length === n) return this.#held;
    if (this.#bringing === set) return undefined;
    this.#bringing = set;
    run.set(set).then(
      (items) => {
        const doubtful = new Set(run.about.rooms?.doubtful);
        const doubted = Uint8Array.from(items.indices, (index) => Number(doubtful.has(index)));
        this.#held = { ...items, set, doubted };
        this.#bringing = "";
        write(this.#note, "");
        if (this.#view !== undefined && "mistakes" in this.#view.rooms) this.update(this.#view);
      },
      (error) => this.#fault(error),
    );
    return undefined;
  }

  /** @param {number} bin */
  #chooseBin(bin) {
    const outcomes = this.#view?.outcomes;
    if (!outcomes) return;
    this.#actions.choose({ kind: "items", positions: inBin(outcomes, bin), from: "bin" });
  }

  /** @param {number} position */
  #take(position) {
    const { set } = /** @type {Held} */ (this.#held);
    write(this.#note, "");
    this.#taking.take(/** @type {View} */ (this.#view), set, position);
  }

  /** @param {unknown} error */
  #fault(error) {
    write(this.#note, error instanceof Error ? error.message : String(error));
  }
}
