// What a stage is drawn as.

/** @import {Graph} from "#app/net/graph.js" */

import { INPUT } from "#app/net/graph.js";
import { size } from "#app/net/shapes.js";
import { mapsBehind } from "#app/widgets/lens/place.js";

/**
 * What a stage is drawn as: so many maps of height x width. Kinds: "picture" the input; "maps"; "tiny" maps
 * in a flat row of numbers; "cells" single numbers; "classes" single numbers with names.
 * @typedef {{kind: "picture" | "maps" | "tiny" | "cells" | "classes", maps: number, height: number,
 *   width: number}} Form
 */

/** How many maps, and single numbers, are drawn before one asks for all; how many classes have names. */
const FIRST = { maps: 64, cells: 512 };
const MOST_NAMED = 64;

/**
 * What a stage is drawn as.
 * @param {Graph} graph
 * @param {string} stage
 * @returns {Form}
 */
export function formOf(graph, stage) {
  const shape = graph.shape(stage);
  if (stage === INPUT) return { kind: "picture", maps: shape[0], height: shape[1], width: shape[2] };
  if (shape.length > 1) {
    const [height, width] = shape.slice(-2);
    const maps = size(shape) / (height * width);
    return { kind: height * width > 1 ? "maps" : "cells", maps, height, width };
  }
  if (isAnswer(graph, stage)) return { kind: "classes", maps: shape[0], height: 1, width: 1 };
  const behind = mapsBehind(graph, stage);
  const [maps, height, width] = behind === null ? [shape[0], 1, 1] : graph.shape(behind);
  return { kind: height * width > 1 ? "tiny" : "cells", maps, height, width };
}

/**
 * Whether a stage holds one number a class: the logits, or what was made of them.
 * @param {Graph} graph
 * @param {string} stage
 * @returns {boolean}
 */
function isAnswer(graph, stage) {
  if (stage === graph.output) return graph.classes.length <= MOST_NAMED;
  if (stage === INPUT) return false;
  const node = graph.node(stage);
  return node.op === "softmax" && isAnswer(graph, node.inputs[0]);
}

/**
 * How many maps of a form are drawn before one asks for all.
 * @param {Form} form
 */
export function firstOf({ kind, maps }) {
  return Math.min(maps, kind === "cells" ? FIRST.cells : FIRST.maps);
}

/**
 * Where a value stands in a form.
 * @param {Form} form
 * @param {number} index
 */
export function placeOf({ height, width }, index) {
  const area = height * width;
  const map = Math.floor(index / area);
  const row = Math.floor((index - map * area) / width);
  return { map, row, column: index - map * area - row * width };
}
