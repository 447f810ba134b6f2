// What each stage does, in plain words with its numbers, and in one sentence of a teacher's.

/** @import {Graph} from "#app/net/graph.js" */
/** @import {Node, Shape} from "#app/net/types.js" */

import { INPUT } from "#app/net/graph.js";
import { counted, pace } from "#app/widgets/words.js";

/** @typedef {(node: Node, source: Shape) => string} Words */

/** @type {Record<string, Words>} */
const DOES = {
  conv: ({ attrs }, source) => kernels(attrs, source),
  linear: ({ shape }, source) =>
    `${counted(shape[shape.length - 1])} weighted sums of ${counted(source[source.length - 1])} values`,
  maxpool: ({ attrs }) => `the largest of each ${by(attrs.kernel)}${moved(attrs.stride, attrs.kernel)}`,
  avgpool: ({ attrs }) => `the mean of each ${by(attrs.kernel)}${moved(attrs.stride, attrs.kernel)}`,
  batchnorm: () => "each map shifted and scaled to a common size",
  relu: () => "what is below 0 becomes 0",
  leaky_relu: ({ attrs }) => `what is below 0 is multiplied by ${attrs.slope}`,
  gelu: () => "a ReLU with a soft bend (GELU)",
  silu: () => "each x times its sigmoid (SiLU)",
  tanh: () => "squeezed into −1 … 1 (tanh)",
  sigmoid: () => "squeezed into 0 … 1 (sigmoid)",
  add: ({ inputs }) => `adds ${listed(inputs)}`,
  concat: ({ inputs }) => `sets ${listed(inputs)} side by side`,
  flatten: (_, source) => (source.length === 3 ? `all ${counted(source[0])} maps as one row` : "as one row"),
  dropout: () => "drops nothing once trained: the same values",
  mean: ({ attrs }, source) => (attrs.axes.length === source.length - 1 ? "the mean of each map" : "means"),
  softmax: () => "scores become probabilities",
};

/** @type {Record<string, string>} */
const TEACHES = {
  input: "Each pixel is a number, 0 for paper and 1 for ink; this is all that the network gets to know.",
  conv:
    "Each kernel is slid over the maps above and answers at every place: " +
    "red where it finds its pattern, blue where it finds the opposite.",
  linear: "Each number is a vote: every value above times a weight of its own, all added up.",
  maxpool: "Only the strongest answer of each block is kept: smaller maps, the same strokes.",
  avgpool: "The mean of each block is kept: smaller maps, a little blurred.",
  batchnorm: "The same maps, each shifted and stretched to a common size, so that no layer drowns another.",
  relu: "What was blue is gone: a pattern is there or it isn't, and nothing counts against it.",
  leaky_relu: "What was blue has almost gone, but a trace is left through which it can still learn.",
  gelu: "Like a ReLU, but the step from silence to answer is smooth.",
  silu: "Like a ReLU, but the step from silence to answer is smooth.",
  tanh: "Large values are held back, so that no single one can shout the others down.",
  sigmoid: "Each value becomes something like a yes (1), a no (0), or a doubt between them.",
  add: "Two paths of the network meet and are added place by place: one brings what is new, one what was.",
  concat: "Maps from several paths are put side by side; nothing is computed here.",
  flatten: "The maps are only written one after the other: from here on, places no longer matter.",
  dropout: "While it trains, random values are dropped so that no unit relies on a single other; not now.",
  mean: "Of each map only its mean is left: how much of the pattern there is, no longer where.",
  softmax: "The scores are made positive and add up to 1, so that they can be read as probabilities.",
};

/** What the logits get to hear besides. */
const LOGITS = "One score a class; the highest is the answer, and its lead says how sure the network is.";

/**
 * What a stage does, with its numbers: "16 kernels of 5×5".
 * @param {Graph} graph
 * @param {string} stage
 */
export function does(graph, stage) {
  if (stage === INPUT) {
    const [channels] = graph.shape(INPUT);
    return channels === 3 ? "the picture and its red, green and blue" : "what the network is given";
  }
  const node = graph.node(stage);
  return DOES[node.op](node, graph.shape(node.inputs[0]));
}

/**
 * One sentence about a stage.
 * @param {Graph} graph
 * @param {string} stage
 */
export function teaches(graph, stage) {
  if (stage === INPUT) return TEACHES.input;
  return stage === graph.output ? LOGITS : TEACHES[graph.node(stage).op];
}

/**
 * What a stage reads, where it isn't simply the row above and isn't said by `does`.
 * @param {Graph} graph
 * @param {string} stage
 * @returns {string} "" where nothing needs saying
 */
export function reads(graph, stage) {
  if (stage === INPUT) return "";
  const node = graph.node(stage);
  if (node.op === "add" || node.op === "concat") return "";
  const above = graph.stages[graph.stages.indexOf(stage) - 1];
  return node.inputs[0] === above ? "" : `reads ${named(graph, node.inputs[0])}`;
}

/**
 * A node's name; of one that has no row, what it does too.
 * @param {Graph} graph
 * @param {string} name
 * @returns {string}
 */
function named(graph, name) {
  if (graph.stages.includes(name)) return name;
  const node = graph.node(name);
  return `${name}, not shown: ${node.op} of ${node.inputs.map((input) => named(graph, input)).join(", ")}`;
}

/**
 * The nearest stages that a stage reads; nodes without a row are looked through.
 * @param {Graph} graph
 * @param {string} stage
 * @returns {string[]}
 */
export function sources(graph, stage) {
  if (stage === INPUT) return [];
  const found = graph
    .node(stage)
    .inputs.flatMap((name) => (graph.stages.includes(name) ? [name] : sources(graph, name)));
  return [...new Set(found)];
}

/**
 * @param {Record<string, any>} attrs
 * @param {Shape} source
 */
function kernels({ channels, kernel, stride, dilation, groups }, source) {
  const each = source[0] / groups;
  const maps = each === 1 ? "one map" : `${each} maps`;
  const over = groups > 1 ? `, each on ${maps}` : each > 1 ? ` on ${maps}` : "";
  const spread = Math.max(...dilation) > 1 ? `, ${Math.max(...dilation)} pixels spread` : "";
  const one = channels === 1 ? "1 kernel" : `${counted(channels)} kernels`;
  return `${one} of ${by(kernel)}${over}${moved(stride, [1, 1])}${spread}`;
}

/**
 * @param {readonly number[]} stride
 * @param {readonly number[]} usual
 */
function moved(stride, usual) {
  return stride[0] === usual[0] && stride[1] === usual[1] ? "" : `, moved ${pace(stride)}`;
}

/** @param {readonly number[]} sides */
const by = (sides) => sides.join("×");

/** @param {string[]} names */
const listed = (names) =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;

/**
 * What the colours of all rows mean.
 * @param {"values" | "gradients"} show
 * @param {string} label  the class that gradients are taken for
 */
export function colours(show, label) {
  if (show === "values") {
    return (
      "Red is above zero, blue below. Each row has one scale, the same for the whole training, " +
      "so that change can be compared."
    );
  }
  return (
    `Gradient of the loss, were this “${label}”. Red: more of it would raise the loss; blue: lower it. ` +
    "One logarithmic scale for all rows: each fifth of a side is ten times the one before."
  );
}

/**
 * Said from the first step on whose loss was no number.
 * @param {{steps: number[], values: (number | null)[]}} losses
 * @param {number} step
 */
export function blownUp({ steps, values }, step) {
  const first = steps[values.indexOf(null)];
  if (first === undefined || step < first) return "";
  return `From step ${counted(first)} on the loss is not a number: the training blew up. `;
}
