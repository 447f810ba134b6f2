// Where a number stands in its stage, in words that count from 1, and which one stands beside it.

/** @import {Unit, View} from "#app/app/view.js" */
/** @import {Graph} from "#app/net/graph.js" */

import { ravel, unravel } from "#app/look/place.js";
import { INPUT } from "#app/net/graph.js";
import { size } from "#app/net/shapes.js";

/**
 * A number's place without its stage: "map 3, row 4, column 5".
 * @param {Graph} graph
 * @param {Unit} unit
 */
export function placeWords(graph, { stage, index }) {
  const shape = graph.shape(stage);
  const place = unravel(shape, index).map((position) => position + 1);
  if (shape.length === 3) {
    const [row, column] = [`row ${place[1]}`, `column ${place[2]}`];
    return shape[0] === 1 && stage === INPUT ? `${row}, ${column}` : `map ${place[0]}, ${row}, ${column}`;
  }
  if (stage === graph.output) return `for “${graph.classes[index]}”`;
  return shape.length === 2 ? `row ${place[0]}, number ${place[1]}` : `number ${place.join(", ")}`;
}

/**
 * "conv1, map 3, row 4, column 5".
 * @param {Graph} graph
 * @param {Unit} unit
 */
export function unitWords(graph, unit) {
  return `${unit.stage}, ${placeWords(graph, unit)}`;
}

/**
 * A number of another stage at the same relative place, for going from stage to stage.
 * @param {Graph} graph
 * @param {Unit} unit
 * @param {string} stage
 * @returns {Unit}
 */
export function across(graph, unit, stage) {
  const [here, there] = [graph.shape(unit.stage), graph.shape(stage)];
  if (here.length !== there.length) {
    const share = unit.index / size(here);
    return { stage, index: Math.min(Math.floor(share * size(there)), size(there) - 1) };
  }
  const place = unravel(here, unit.index).map((position, axis) =>
    there.length === 3 && axis === 0
      ? Math.min(position, there[0] - 1) // a map's neighbour in depth is the map of its own number
      : Math.floor(((position + 0.5) * there[axis]) / here[axis]),
  );
  return { stage, index: ravel(there, place) };
}

/**
 * The number at the same place of the map after or before; of a flat stage the next or the last number.
 * @param {Graph} graph
 * @param {Unit} unit
 * @param {1 | -1} by
 * @returns {Unit | null}  null at the ends
 */
export function beside(graph, { stage, index }, by) {
  const shape = graph.shape(stage);
  const moved = index + by * (shape.length === 3 ? shape[1] * shape[2] : 1);
  return moved >= 0 && moved < size(shape) ? { stage, index: moved } : null;
}

/**
 * The node whose maps were laid out flat into a stage: behind "flatten" that is "pool2"; itself where it is
 * made of maps.
 * @param {Graph} graph
 * @param {string} stage
 * @returns {string | null}  null where no maps are behind it number for number
 */
export function mapsBehind(graph, stage) {
  if (graph.shape(stage).length === 3) return stage;
  const node = graph.nodes.find(({ name }) => name === stage);
  if (node === undefined || !["flatten", "dropout"].includes(node.op)) return null;
  return mapsBehind(graph, node.inputs[0]);
}

/**
 * The unit to be shown; null where there is none, or where it belongs to another network.
 * @param {View} view
 * @returns {Unit | null}
 */
export function unitOf({ unit, network }) {
  if (unit === null) return null;
  const shape = network.graph.shapes.get(unit.stage);
  return shape !== undefined && unit.index < size(shape) ? unit : null;
}
