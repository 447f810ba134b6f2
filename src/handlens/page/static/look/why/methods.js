// The four ways to ask, in one form: a network and a picture go in, a map and a sentence come out.

/** @import {Network} from "#app/net/network.js" */
/** @import {Question} from "#app/look/why/score.js" */

import { gradcam, lastMaps, lattice, spread } from "#app/look/why/gradcam.js";
import { integrated } from "#app/look/why/integrated.js";
import { occlusion, patchOf } from "#app/look/why/occlusion.js";
import { saliency } from "#app/look/why/saliency.js";
import { seedOf } from "#app/look/why/score.js";
import { gradcamWords, integratedWords, NO_MAPS, occlusionWords, SALIENCY } from "#app/look/why/words.js";

/** @typedef {{map: Float32Array | null, says: string}} Told  [height, width] of the input; null: it can't */

/**
 * What is asked: of a network of one's own, about a picture.
 * @typedef {object} Ask
 * @property {Network} network
 * @property {Float32Array} pixels  [channels, height, width]
 * @property {Question} question
 */

/**
 * @typedef {object} Method
 * @property {string} name
 * @property {string} title
 * @property {boolean} signed  whether a pixel may speak against the class too
 * @property {boolean} [smooth]  whether its map is drawn without pixels
 */

/** @type {Record<"saliency" | "integrated" | "occlusion" | "gradcam", Method>} */
export const METHODS = {
  saliency: { name: "saliency", title: "Saliency", signed: false },
  integrated: { name: "integrated", title: "Integrated gradients", signed: true },
  occlusion: { name: "occlusion", title: "Occlusion", signed: true },
  gradcam: { name: "gradcam", title: "Grad-CAM", signed: false, smooth: true },
};

/**
 * The two that take one run, forward and back.
 * @param {Ask} ask
 * @returns {{saliency: Told, gradcam: Told}}
 */
export function atOnce({ network, pixels, question }) {
  const { graph } = network;
  const [channels, ...sides] = graph.input.shape;
  network.forward(pixels);
  network.pull(seedOf(question, graph.classes.length));
  const largest = acrossChannels(saliency(network), channels, Math.max);
  const stage = lastMaps(graph);
  if (stage === null)
    return { saliency: { map: largest, says: SALIENCY }, gradcam: { map: null, says: NO_MAPS } };
  const own = graph.shape(stage).slice(1);
  const map = spread(gradcam(network, stage), own, sides, lattice(graph, stage));
  const says = gradcamWords(stage, own, question, graph.classes);
  return { saliency: { map: largest, says: SALIENCY }, gradcam: { map, says } };
}

/**
 * Runs the network some thirty times; gives the share that is done.
 * @param {Ask} ask
 * @returns {Generator<number, Told>}
 */
export function* integratedSlowly({ network, pixels, question }) {
  const { classes, input } = network.graph;
  const { parts, sum, score, black } = yield* integrated(network, pixels, seedOf(question, classes.length));
  const map = acrossChannels(parts, input.shape[0], (one, other) => one + other);
  return { map, says: integratedWords(sum, score, black) };
}

/**
 * Runs the network up to two hundred times; gives the share that is done.
 * @param {Ask} ask
 * @returns {Generator<number, Told>}
 */
export function* occlusionSlowly({ network, pixels, question }) {
  const { classes, input } = network.graph;
  const map = yield* occlusion(network, pixels, seedOf(question, classes.length));
  return { map, says: occlusionWords(patchOf(input.shape)) };
}

/**
 * One number a pixel.
 * @param {Float32Array} values  [channels, height, width]
 * @param {number} channels
 * @param {(one: number, other: number) => number} join
 */
export function acrossChannels(values, channels, join) {
  const area = values.length / channels;
  const joined = values.slice(0, area);
  for (let at = area; at < values.length; at++) joined[at % area] = join(joined[at % area], values[at]);
  return joined;
}
