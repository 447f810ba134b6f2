// Operations that work number by number, or only move numbers: the maps side by side, the same place marked.

/** @import {Host, Moment} from "#app/widgets/operation/scene.js" */
/** @import {Unit} from "#app/app/view.js" */
/** @import {Face} from "#app/widgets/lens/face.js" */
/** @import {Graph} from "#app/net/graph.js" */

import { ravel, unravel } from "#app/look/place.js";
import { INPUT } from "#app/net/graph.js";
import { h } from "#app/widgets/dom.js";
import { faceOf, indexAt, rowsOfMaps } from "#app/widgets/lens/face.js";
import { ofStage } from "#app/widgets/lens/shade.js";
import { termsOf } from "#app/widgets/lens/terms.js";
import { Plate } from "#app/widgets/operation/plate.js";
import { inRow } from "#app/widgets/operation/sliding.js";

export class PlainScene {
  /** @type {Plate[]} */
  #sources = [];
  #row = h("div");
  #built = false;
  #terms;
  #host;
  #sign;
  /** @type {Moment | null} */
  #moment = null;
  #output = new Plate("output", (row, column, press) => {
    if (this.#moment === null) return;
    const face = outputFace(this.#moment.view.network.graph, this.#moment.unit);
    this.#host.go(indexAt(face, row, column), press);
  });

  /**
   * @param {Host} host
   * @param {string} op
   */
  constructor(host, op) {
    this.#host = host;
    this.#sign = op === "add" ? "+" : "";
    this.#terms = termsOf(op, host.again);
    this.element = h("div", { class: "scene" }, this.#row, this.#terms.element);
  }

  /** @param {Moment} moment */
  update(moment) {
    this.#moment = moment;
    const { view, unit, arithmetic } = moment;
    const { graph } = view.network;
    const sources = sourcesOf(moment);
    if (sources.length !== this.#sources.length || !this.#built) this.#build(sources.length);
    sources.forEach((source, i) => {
      const face = faceOf(graph.shape(source.stage), source.index);
      show(this.#sources[i], moment, source, face, arithmetic.op === "mean");
    });
    show(this.#output, moment, unit, outputFace(graph, unit));
    this.#terms.update(arithmetic, view);
  }

  /** @param {number} count */
  #build(count) {
    this.#built = true;
    const source = (/** @type {number} */ i) =>
      new Plate("input", (row, column, press) => this.#fromSource(i, row, column, press));
    this.#sources = Array.from({ length: count }, (_, i) => source(i));
    const parts = this.#sources.flatMap(({ element }, i) => (i > 0 ? [this.#sign, element] : [element]));
    const row = inRow(...parts, ...(count > 0 ? ["→"] : []), this.#output.element);
    this.#row.replaceWith(row);
    this.#row = row;
  }

  /**
   * @param {number} i
   * @param {number} row
   * @param {number} column
   * @param {boolean} press
   */
  #fromSource(i, row, column, press) {
    if (this.#moment === null) return;
    const { view, unit } = this.#moment;
    const { graph } = view.network;
    const source = sourcesOf(this.#moment)[i];
    const index = indexAt(faceOf(graph.shape(source.stage), source.index), row, column);
    this.#host.go(outcome(graph, unit.stage, { stage: source.stage, index }), press);
  }
}

/**
 * The numbers that a number was made of, place by place.
 * @param {Moment} moment
 * @returns {Unit[]}
 */
function sourcesOf({ view, unit, arithmetic }) {
  if (unit.stage === INPUT) return [];
  if (arithmetic.from !== undefined) return [arithmetic.from];
  const { graph } = view.network;
  const { inputs } = graph.node(unit.stage);
  if (arithmetic.op === "mean") return averaged(graph, unit);
  return [...new Set(inputs)].map((stage) => ({ stage, index: unit.index }));
}

/**
 * The map that a mean was taken of, by its first number; none where the mean isn't that of a map.
 * @param {Graph} graph
 * @param {Unit} unit
 * @returns {Unit[]}
 */
function averaged(graph, { stage, index }) {
  const { inputs, attrs } = graph.node(stage);
  const source = graph.shape(inputs[0]);
  const whole = source.length === 3 && [...attrs.axes].sort().join() === "1,2";
  return whole ? [{ stage: inputs[0], index: index * source[1] * source[2] }] : [];
}

/**
 * Where in a stage a number of its source comes to stand.
 * @param {Graph} graph
 * @param {string} stage  of an operation that keeps numbers apart
 * @param {Unit} source
 */
export function outcome(graph, stage, source) {
  const { op, inputs, attrs, shape } = graph.node(stage);
  if (op === "mean") return faceOf(graph.shape(source.stage), source.index).map;
  if (op !== "concat") return source.index;
  const place = unravel(graph.shape(source.stage), source.index);
  const before = inputs.slice(0, inputs.indexOf(source.stage));
  place[attrs.axis] += before.reduce((sum, name) => sum + graph.shape(name)[attrs.axis], 0);
  return ravel(shape, place);
}

/**
 * @param {Graph} graph
 * @param {Unit} unit
 */
function outputFace(graph, { stage, index }) {
  if (stage !== INPUT && graph.node(stage).op === "flatten") {
    return rowsOfMaps(graph.shape(graph.node(stage).inputs[0]), index);
  }
  return faceOf(graph.shape(stage), index);
}

/**
 * @param {Plate} plate
 * @param {Moment} moment
 * @param {Unit} unit
 * @param {Face} face
 * @param {boolean} [whole]  whether all of the face is meant
 */
function show(plate, { view }, { stage }, face, whole = false) {
  const shape = view.network.graph.shape(stage);
  const name = shape.length === 3 && shape[0] > 1 ? `${stage}, map ${face.map + 1}` : stage;
  plate.update(view.network.value(stage), face, ofStage(view, stage, face.map), name);
  if (whole) plate.mark("cell", { top: 0, left: 0, height: face.height, width: face.width });
  else plate.markOwn();
}
