// How a linear layer's number came about: the largest products, the sum of the rest, and any bias.

/** @import {View} from "#app/app/view.js" */
/** @import {LinearArithmetic, Term} from "#app/look/arithmetic/types.js" */
/** @import {Graph} from "#app/net/graph.js" */
/** @import {Entry} from "#app/widgets/lens/ledger.js" */

import { number } from "#app/look/numbers.js";
import { h, write } from "#app/widgets/dom.js";
import { Ledger, biasEntry } from "#app/widgets/lens/ledger.js";
import { mapsBehind, placeWords, unitWords } from "#app/widgets/lens/place.js";
import { ofTerms } from "#app/widgets/lens/shade.js";
import { ThenSoftmax } from "#app/widgets/lens/softmax.js";
import { TileSheet } from "#app/widgets/lens/tilesheet.js";
import { counted } from "#app/widgets/words.js";

const NAMED = 8;

export class LinearTerms {
  #ledger = new Ledger("The sum");
  #tiles = new TileSheet();
  #caption = h("p", { class: "quiet-text" });
  #heading = h("h3", {}, "Where it comes from");
  #maps = h("div", { class: "contributions" }, this.#heading, this.#tiles.element, this.#caption);
  #then = new ThenSoftmax();

  constructor() {
    this.element = h("div", { class: "linear-terms" }, this.#ledger.element, this.#maps, this.#then.element);
  }

  /**
   * @param {LinearArithmetic} arithmetic
   * @param {View} view
   */
  update(arithmetic, view) {
    const { graph } = view.network;
    const { stage, inputs, weights } = arithmetic;
    this.#ledger.update(entries(arithmetic, view));
    this.#then.update(view, stage, arithmetic.index);
    const maps = tiledSource(graph, stage);
    this.#maps.hidden = maps === null;
    if (maps === null) return;
    const products = inputs.map((input, i) => input * weights[i]);
    const shade = ofTerms(view, stage, 8);
    this.#tiles.update(products, graph.shape(maps), shade, `What each pixel of ${maps} adds`);
    write(this.#caption, `A tile is a map of ${maps}, a pixel its product: red speaks for, blue against.`);
  }
}

/**
 * The stage whose maps a linear layer reads laid out flat; null where it reads something else.
 * @param {Graph} graph
 * @param {string} stage
 */
export function tiledSource(graph, stage) {
  const source = graph.node(stage).inputs[0];
  const maps = mapsBehind(graph, source);
  if (maps === null || graph.shape(source).length !== 1) return null;
  const [, height, width] = graph.shape(maps);
  return height * width > 1 ? maps : null;
}

/**
 * @param {LinearArithmetic} arithmetic
 * @param {View} view
 * @returns {Entry[]}
 */
export function entries({ stage, index, terms, bias, value }, view) {
  const { graph } = view.network;
  const named = terms.slice(0, NAMED);
  const others = terms.length - named.length;
  const rest = terms.slice(NAMED).reduce((sum, { product }) => sum + product, 0);
  const words = `${counted(others)} smaller ${others === 1 ? "one" : "ones"}`;
  return [
    ...named.map((term) => termEntry(view, stage, term)),
    ...(others > 0 ? [{ role: "others", sign: "+", label: words, value: rest }] : []),
    ...biasEntry(bias),
    { role: "value", sign: "=", label: unitWords(graph, { stage, index }), value, total: true },
  ];
}

/**
 * One product: where its input stands, the two factors, a bar.
 * @param {View} view
 * @param {string} stage
 * @param {Term} term
 * @returns {Entry}
 */
export function termEntry(view, stage, { index, input, weight, product }) {
  const { graph } = view.network;
  const source = graph.node(stage).inputs[0];
  const label = placeWords(graph, { stage: tiledSource(graph, stage) ?? source, index });
  const detail = `${number(input)} × ${number(weight)}`;
  return { role: "term", sign: "+", label, detail, value: product, shade: ofTerms(view, stage, 4) };
}
