// The input's pixels, activations, sums, and what only moves numbers.

/** @import {Graph} from "#app/net/graph.js" */
/** @import {ActivationArithmetic, AddArithmetic, Context} from "#app/look/arithmetic/types.js" */
/** @import {InputArithmetic, MovedArithmetic} from "#app/look/arithmetic/types.js" */

import { factor, number } from "#app/look/numbers.js";
import { mapPlace, placeOf, ravel, unravel } from "#app/look/place.js";

/**
 * @param {Graph} graph
 * @param {number} index
 * @param {number} value
 * @returns {InputArithmetic}
 */
export function input({ input: { shape, ...scale } }, index, value) {
  const place = mapPlace(shape, index);
  const [mean, std] = [scale.mean[place.channel], scale.std[place.channel]];
  const pixel = value * std + mean;
  const scaled = `(pixel ${number(pixel)} − mean ${factor(mean)}) / standard deviation ${number(std)}`;
  const text = `${number(value)} = ${mean === 0 && std === 1 ? "the pixel" : scaled}`;
  return { op: "input", stage: "input", index, place, value, text, pixel, mean, std };
}

/** @type {Record<string, (x: number, attrs: import("#app/net/types.js").Attrs) => string>} */
const FORMULAS = {
  relu: (x) => `max(0, ${number(x)})`,
  leaky_relu: (x, { slope }) => `${x > 0 ? 1 : number(slope)} × ${factor(x)}`,
  gelu: (x) => `${number(x)} × Φ(${number(x)})`,
  silu: (x) => `${number(x)} × σ(${number(x)})`,
  tanh: (x) => `tanh(${number(x)})`,
  sigmoid: (x) => `σ(${number(x)})`,
};

/**
 * @param {Context} context
 * @returns {ActivationArithmetic}
 */
export function activation({ node, index, value, shape, inputs: [input] }) {
  const op = /** @type {ActivationArithmetic["op"]} */ (node.op);
  const text = `${number(value)} = ${FORMULAS[op](input[index], node.attrs)}`;
  return { op, stage: node.name, index, place: placeOf(shape, index), value, text, input: input[index] };
}

/**
 * @param {Context} context
 * @returns {AddArithmetic}
 */
export function add({ node, index, value, shape, inputs }) {
  const parts = node.inputs.map((stage, k) => ({ stage, index, value: inputs[k][index] }));
  const text = `${number(value)} = ${parts.map((part) => factor(part.value)).join(" + ")}`;
  return { op: "add", stage: node.name, index, place: placeOf(shape, index), value, text, parts };
}

/**
 * @param {Context} context
 * @returns {MovedArithmetic}
 */
export function concat(context) {
  const { node, index, shape, sources } = context;
  const { axis } = node.attrs;
  const position = unravel(shape, index);
  let k = 0;
  for (; position[axis] >= sources[k][axis]; k++) position[axis] -= sources[k][axis];
  return moved(context, "concat", { stage: node.inputs[k], index: ravel(sources[k], position) });
}

/**
 * @param {Context} context
 * @returns {MovedArithmetic}
 */
export function flatten(context) {
  return moved(context, "flatten", { stage: context.node.inputs[0], index: context.index });
}

/**
 * @param {Context} context
 * @returns {MovedArithmetic}
 */
export function dropout(context) {
  return moved(context, "dropout", { stage: context.node.inputs[0], index: context.index });
}

/**
 * @param {Context} context
 * @param {MovedArithmetic["op"]} op
 * @param {{stage: string, index: number}} from
 * @returns {MovedArithmetic}
 */
function moved({ node, index, value, shape }, op, from) {
  const text = `${number(value)} = the number from ${from.stage}`;
  return { op, stage: node.name, index, place: placeOf(shape, index), value, text, from };
}
