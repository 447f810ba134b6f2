// How well it does on the whole set at this step: a few large numbers.

/** @import {Outcomes} from "#app/look/outcomes.js" */
/** @import {Run} from "#app/source/run.js" */

import { number } from "#app/look/numbers.js";
import { overall, sizeOf, unanswered, wilson } from "#app/look/mistakes/counts.js";
import { calibration } from "#app/look/mistakes/reliability.js";
import { setName } from "#app/reading/words.js";
import { h, write } from "#app/widgets/dom.js";
import { counted, percent } from "#app/widgets/words.js";

export class Summary {
  #parts = {
    right: figure(),
    undoubted: figure(),
    mistakes: figure(),
    loss: figure(),
    calibration: figure(),
  };
  #said = h("p", { class: "quiet-text" });

  constructor() {
    const figures = Object.values(this.#parts).map(({ element }) => element);
    this.element = h("div", { class: "mistakes-summary" }, h("dl", {}, ...figures), this.#said);
  }

  /**
   * @param {Run} run
   * @param {Outcomes} outcomes
   */
  update({ about }, { counts, classes, set, step }) {
    const doubtful = about.rooms?.doubtful.length ?? 0;
    const total = sizeOf(about, set);
    const { all, undoubted } = overall(counts, classes, doubtful, total);
    const silent = unanswered(counts, total);
    const [low, high] = wilson(all);
    const things = about.things === "samples" ? about.things : `${setName(set)} ${about.things}`;
    const { right, mistakes, loss, calibration: gap } = this.#parts;
    tell(right, percent(all.right / all.n), `of ${counted(all.n)} ${things} right; ${span(low, high)}`);
    tell(mistakes, counted(all.n - all.right), silent === 0 ? "mistakes" : "not right");
    tell(loss, Number.isFinite(counts.loss) ? number(counts.loss) : "–", "mean loss (cross-entropy)");
    const { error } = calibration(counts);
    tell(
      gap,
      Number.isNaN(error) ? "–" : percent(error, 1),
      "mean gap between how sure and how often right (ECE)",
    );
    this.#parts.undoubted.element.hidden = doubtful === 0;
    const share = percent(undoubted.right / undoubted.n);
    tell(this.#parts.undoubted, share, `of ${counted(undoubted.n)}, without ${doubtful} known wrong labels`);
    const said = about.rooms?.said ?? "";
    const none = `${counted(silent)} of them got no answer: its numbers are no longer finite.`;
    write(
      this.#said,
      `At step ${counted(step)}${said === "" ? "" : `; ${said}`}.${silent === 0 ? "" : ` ${none}`}`,
    );
  }
}

/** A large number and what it is. */
function figure() {
  const value = h("dd", { class: "number" });
  const name = h("dt");
  return { element: h("div", {}, name, value), value, name };
}

/**
 * @param {ReturnType<typeof figure>} figure
 * @param {string} value
 * @param {string} name
 */
function tell(figure, value, name) {
  write(figure.value, value);
  write(figure.name, name);
}

/**
 * An interval of shares, as percent.
 * @param {number} low
 * @param {number} high
 */
function span(low, high) {
  return `95 % interval ${(100 * low).toFixed(2)} to ${(100 * high).toFixed(2)}`;
}
