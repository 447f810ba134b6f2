// The operation view's head: what is computed, by which formula, and the ways to its neighbours.

/** @import {Unit, View} from "#app/app/view.js" */
/** @import {Graph} from "#app/net/graph.js" */
/** @import {Arithmetic} from "#app/look/arithmetic.js" */

import { INPUT } from "#app/net/graph.js";
import { h, write } from "#app/widgets/dom.js";
import { across, beside, placeWords } from "#app/widgets/lens/place.js";
import { wordsOf } from "#app/widgets/operation/words.js";

/** Operations that compute nothing. */
const MOVING = ["flatten", "concat", "dropout"];

export class Head {
  titleId = "operation-title";
  #title = h("h2", { id: this.titleId, tabindex: -1 });
  #said = h("p", { class: "operation-said" });
  #formula = h("p", { class: "formula" });
  #here = h("p", { class: "operation-here number" });
  /** @type {Record<"lastMap" | "nextMap" | "lastStage" | "nextStage", HTMLButtonElement>} */
  #buttons;
  /** @type {Record<string, Unit | null>} */
  #ways = {};
  #stage = "";

  /**
   * @param {(unit: Unit | null) => void} pin
   * @param {HTMLElement} player  stands beside the formula
   */
  constructor(pin, player) {
    const way = (/** @type {string} */ name) =>
      h("button", { type: "button", "data-way": name, onclick: () => pin(this.#ways[name]) });
    this.#buttons = {
      lastStage: way("lastStage"),
      nextStage: way("nextStage"),
      lastMap: way("lastMap"),
      nextMap: way("nextMap"),
    };
    const close = h("button", { type: "button", class: "close", "aria-label": "Close" }, "✕");
    close.addEventListener("click", () => pin(null));
    const { lastStage, nextStage, lastMap, nextMap } = this.#buttons;
    const stages = h("div", { class: "segments" }, lastStage, nextStage);
    const maps = h("div", { class: "segments" }, lastMap, nextMap);
    const ways = h("nav", { class: "operation-ways", "aria-label": "Neighbours" }, stages, maps);
    const top = h("div", { class: "operation-top" }, this.#title, ways, close);
    const formulas = h("div", { class: "formulas" }, this.#formula, player);
    this.element = h("header", { class: "operation-head" }, top, this.#said, formulas, this.#here);
  }

  focus() {
    this.#title.focus({ preventScroll: true });
  }

  /**
   * @param {View} view
   * @param {Unit} unit
   * @param {Arithmetic} arithmetic
   */
  update({ network: { graph } }, unit, { op, text, value }) {
    const node = unit.stage === INPUT ? null : graph.node(unit.stage);
    write(this.#title, titleOf(graph, unit));
    if (this.#stage !== unit.stage) {
      const { formula, said } = wordsOf(op, node?.attrs ?? {}, node?.weights.bias !== undefined);
      this.#stage = unit.stage;
      this.#formula.innerHTML = formula; // this page's own text
      write(this.#said, said);
    }
    write(this.#here, `${placeWords(graph, unit)}: ${text}`);
    this.#here.dataset.value = String(value);
    this.#showWays(graph, unit);
  }

  /**
   * @param {Graph} graph
   * @param {Unit} unit
   */
  #showWays(graph, unit) {
    const { stages } = graph;
    const at = stages.indexOf(unit.stage);
    const single = unit.stage === graph.output ? "class" : "number";
    const thing = graph.shape(unit.stage).length === 3 ? "map" : single;
    this.#ways = {
      lastStage: at > 0 ? across(graph, unit, stages[at - 1]) : null,
      nextStage: at >= 0 && at + 1 < stages.length ? across(graph, unit, stages[at + 1]) : null,
      lastMap: beside(graph, unit, -1),
      nextMap: beside(graph, unit, 1),
    };
    const { lastStage, nextStage, lastMap, nextMap } = this.#buttons;
    label(lastStage, this.#ways.lastStage, `‹ ${this.#ways.lastStage?.stage ?? "first"}`, "Previous stage");
    label(nextStage, this.#ways.nextStage, `${this.#ways.nextStage?.stage ?? "last"} ›`, "Next stage");
    label(lastMap, this.#ways.lastMap, `‹ ${thing}`, `Previous ${thing}`);
    label(nextMap, this.#ways.nextMap, `${thing} ›`, `Next ${thing}`);
  }
}

/**
 * @param {HTMLButtonElement} button
 * @param {Unit | null} way
 * @param {string} text
 * @param {string} name
 */
function label(button, way, text, name) {
  write(button, text);
  button.disabled = way === null;
  button.setAttribute("aria-label", way === null ? name : `${name}: ${way.stage}`);
}

/**
 * "How conv1 computes map 3".
 * @param {Graph} graph
 * @param {Unit} unit
 */
export function titleOf(graph, unit) {
  if (unit.stage === INPUT) return "What the network is given";
  const shape = graph.shape(unit.stage);
  const map = Math.floor(unit.index / (shape[1] * shape[2])) + 1;
  const place = shape.length === 3 ? `map ${map}` : placeWords(graph, unit);
  if (MOVING.includes(graph.node(unit.stage).op)) return `Where ${unit.stage} takes ${place} from`;
  const logit = unit.stage === graph.output ? "its number " : "";
  return `How ${unit.stage} computes ${logit}${place}`;
}
