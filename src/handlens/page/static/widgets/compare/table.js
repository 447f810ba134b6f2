// Two trainings in one table: how they stand at this step, and in what they differ.

/** @import {View} from "#app/app/view.js" */
/** @import {Beside} from "#app/app/beside.js" */
/** @import {Outcomes} from "#app/look/outcomes.js" */
/** @import {Run} from "#app/source/run.js" */

import { argmax } from "#app/app/model.js";
import { differences, sameWords } from "#app/look/compare/difference.js";
import { headlineOf, rightWords, worstWords } from "#app/look/compare/headline.js";
import { smoothed } from "#app/look/curves.js";
import { number } from "#app/look/numbers.js";
import { h, write } from "#app/widgets/dom.js";
import { counted, percent } from "#app/widgets/words.js";

const MOMENT = ["Step", "Its answer", "Training loss", "Right", "Loss there", "Mistaken most"];

/**
 * One of the two, as it stands.
 * @typedef {object} Side
 * @property {Run} run
 * @property {number} step
 * @property {ArrayLike<number> | null} probabilities  null where it can't be given this input
 * @property {number | null} label  of the input
 * @property {Outcomes | null} outcomes
 */

export class Table {
  #heads = [h("th", { scope: "col" }), h("th", { scope: "col" })];
  #cells = MOMENT.map(() => [h("td", {}), h("td", {})]);
  #moment = h("tbody", {});
  #differences = h("tbody", {});
  #note = h("p", { class: "quiet-text" });
  /** What the differences belong to. @type {unknown[]} */
  #shown = [];

  constructor() {
    MOMENT.forEach((name, i) =>
      this.#moment.append(h("tr", {}, h("th", { scope: "row" }, name), ...this.#cells[i])),
    );
    const head = h("thead", {}, h("tr", {}, h("td", {}), ...this.#heads));
    const table = h("table", { class: "compare-table" }, head, this.#moment, this.#differences);
    this.element = h("div", { class: "compare-facts" }, table, this.#note);
  }

  /**
   * @param {View} view
   * @param {Beside} beside
   */
  update({ run, step, probabilities, input, outcomes }, beside) {
    const { label } = input;
    const fits = beside.fits(run);
    const theirs = { run: beside.run, step: beside.step, outcomes: beside.outcomes, label };
    this.#tell(0, { run, step, probabilities, label, outcomes });
    this.#tell(1, { ...theirs, probabilities: fits ? beside.probabilities : null });
    const shown = [run.about, beside.run.about];
    if (shown.some((about, i) => about !== this.#shown[i])) this.#differ(run, beside.run);
    this.#shown = shown;
  }

  /**
   * @param {number} column
   * @param {Side} side
   */
  #tell(column, { run, step, probabilities, label, outcomes }) {
    const { about, graph } = run;
    write(this.#heads[column], about.name);
    const loss = smoothed(about.losses, step);
    const counts = outcomes?.counts;
    const headline = outcomes && counts ? headlineOf(counts.confusion, outcomes.classes) : null;
    const later = about.rooms === null ? "–" : "…";
    const texts = [
      `${counted(step)} of ${counted(about.total)}`,
      answerWords(probabilities, graph.classes, label),
      loss === undefined ? "–" : number(loss),
      headline && outcomes ? rightWords(headline, outcomes.set) : later,
      counts ? number(counts.loss) : later,
      headline ? worstWords(headline, graph.classes) : later,
    ];
    texts.forEach((text, i) => write(this.#cells[i][column], text));
    const stale = outcomes !== null && outcomes.step !== step;
    for (const cells of this.#cells.slice(3)) cells[column].classList.toggle("stale", stale);
  }

  /**
   * @param {Run} mine
   * @param {Run} theirs
   */
  #differ({ about: mine }, { about: theirs }) {
    const rows = differences(mine, theirs).map((found) =>
      h("tr", {}, h("th", { scope: "row" }, found.what), h("td", {}, found.mine), h("td", {}, found.theirs)),
    );
    const title = h("th", { scope: "rowgroup", colspan: 3 }, "What differs in how they were trained");
    const same = h("td", { colspan: 3 }, sameWords(mine, theirs));
    this.#differences.replaceChildren(h("tr", {}, title), ...(rows.length > 0 ? rows : [h("tr", {}, same)]));
    const [one, other] = [mine.recipe, theirs.recipe];
    const smoothing = one !== null && other !== null && one.label_smoothing !== other.label_smoothing;
    write(
      this.#note,
      smoothing
        ? "Label smoothing raises the training loss by itself: compare the rings, which are without it."
        : "",
    );
    this.#note.hidden = !smoothing;
  }
}

/**
 * @param {ArrayLike<number> | null} probabilities
 * @param {string[]} classes
 * @param {number | null} label
 */
function answerWords(probabilities, classes, label) {
  if (probabilities === null) return "takes other input";
  const best = argmax(probabilities);
  if (!Number.isFinite(probabilities[best])) return "not a number";
  const judged = label === null ? "" : label === best ? " ✓" : " ✗";
  return `${classes[best]}, ${percent(probabilities[best], 1)}${judged}`;
}
