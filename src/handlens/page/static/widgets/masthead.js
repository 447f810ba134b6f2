// The page's head: which recording this is, how it went, and the way to others and to the tour.

/** @import {Actions} from "#app/app/view.js" */
/** @import {Run} from "#app/source/run.js" */
/** @import {RunCard} from "#app/source/source.js" */

import { size } from "#app/net/shapes.js";
import { counted, percent } from "#app/widgets/words.js";
import { h, write } from "#app/widgets/dom.js";

const CHIPS = {
  running: "still training",
  interrupted: "interrupted",
  failed: "this training failed",
  finished: "",
};

export class Masthead {
  #verdict = h("span", { class: "quiet-text" });
  #chip = h("span", { class: "chip" });
  #lead = h("button", { type: "button", class: "quiet" }, "Lead it");
  #note = h("p", { class: "note" });

  /**
   * @param {HTMLElement} element
   * @param {Run} run
   * @param {RunCard[]} runs
   * @param {Pick<Actions, "open">} actions
   * @param {() => void} tour
   * @param {() => void} lead  goes to the room where a training is led
   */
  constructor(element, run, runs, actions, tour, lead) {
    const name = runs.length > 1 ? chooser(run, runs, actions) : h("strong", {}, run.about.name);
    const start = h("button", { type: "button", id: "start-tour" }, "Two-minute tour");
    start.addEventListener("click", tour);
    this.#lead.addEventListener("click", lead);
    element.append(
      h("div", { class: "about" }, name, this.#verdict, this.#chip, this.#lead),
      h("span", { class: "spring" }),
      start,
      this.#note,
    );
    this.show(run);
  }

  /**
   * @param {Run} run
   * @param {boolean} [lost]  whether the server doesn't answer
   */
  show({ about, graph, source }, lost = false) {
    const parts = [`${counted(learnt(graph))} numbers`];
    if (about.accuracy !== null)
      parts.push(`${percent(about.accuracy)} of the ${about.accuracy_set ?? ""} set right`);
    if (about.rounded) parts.push("weights rounded to 11 bits in this file");
    write(this.#verdict, parts.join(" · "));
    write(this.#chip, lost ? "the server doesn't answer" : CHIPS[about.status]);
    this.#chip.hidden = about.status === "finished" && !lost;
    this.#lead.hidden = about.status !== "running" || source.live === null || lost;
    const note = about.notes[about.notes.length - 1];
    write(this.#note, note === undefined ? "" : `Step ${counted(note.step)}: ${note.text}`);
    this.#note.hidden = note === undefined;
  }
}

/**
 * How many numbers the training sets: not the means and variances that batch norm only measures.
 * @param {Run["graph"]} graph
 */
function learnt({ nodes, tensors }) {
  const measured = nodes.flatMap(({ weights }) => [weights.mean, weights.var]);
  return [...tensors].reduce((sum, [name, shape]) => sum + (measured.includes(name) ? 0 : size(shape)), 0);
}

/**
 * @param {Run} run
 * @param {RunCard[]} runs
 * @param {Pick<Actions, "open">} actions
 */
function chooser(run, runs, actions) {
  const select = h("select", { "aria-label": "Recording" });
  const options = (/** @type {boolean} */ wanted) =>
    runs
      .filter(({ broken = false }) => broken === wanted)
      .map(({ id, name }) => h("option", { value: id, selected: id === run.id }, name));
  const lessons = options(true);
  select.append(...options(false));
  if (lessons.length > 0) select.append(h("optgroup", { label: "Broken on purpose" }, ...lessons));
  select.addEventListener("change", () => actions.open(select.value));
  return select;
}
