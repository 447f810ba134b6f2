// Units and their answers in words; they count from 1.

/** @import {Answers} from "#app/look/filters/answers.js" */
/** @import {Layer} from "#app/look/filters/layers.js" */
/** @import {Graph} from "#app/net/graph.js" */

import { dead, twinOf } from "#app/look/filters/answers.js";
import { INPUT } from "#app/net/graph.js";
import { counted } from "#app/widgets/words.js";

const COLOURS = ["red", "green", "blue"];

/** Digits, samples, items: what is looked at, so many of them. @param {number} n @param {string} things */
export function amount(n, things) {
  return `${counted(n)} ${n === 1 ? things.replace(/s$/, "") : things}`;
}

/** What units of a layer are called. @param {Layer} layer */
export function kindOf({ conv }) {
  return conv ? "filter" : "unit";
}

/**
 * A unit's short name: its number, or the class that it is for.
 * @param {Graph} graph
 * @param {Layer} layer
 * @param {number} unit
 */
export function shortName(graph, { answers }, unit) {
  return answers === graph.output ? graph.classes[unit] : String(unit + 1);
}

/**
 * "conv2, filter 7"; "logits, unit for “7”".
 * @param {Graph} graph
 * @param {Layer} layer
 * @param {number} unit
 */
export function unitName(graph, layer, unit) {
  const short = shortName(graph, layer, unit);
  const which = layer.answers === graph.output ? `for “${short}”` : short;
  return `${layer.name}, ${kindOf(layer)} ${which}`;
}

/**
 * How many items a unit answers at all.
 * @param {Answers} answers
 * @param {Layer} layer
 * @param {number} unit
 * @param {string} of  the items: "2,012 digits"
 */
export function lifeWords(answers, layer, unit, of) {
  if (dead(answers, layer, unit)) return `Never above 0 on any of ${of}: at this step it answers nothing.`;
  const share = answers.alive[unit]; // rounded up: 255 needn't be all of them
  const percent = share === 255 ? "more than 99" : Math.floor((100 * share) / 255) || "less than 1";
  const which = share === 0 ? `none of ${of}` : `${percent}\u00a0% of ${of}`;
  const where = layer.conv ? "somewhere on" : "on";
  return layer.rectified ? `It answers ${where} ${which}.` : `It gives more than 0 ${where} ${which}.`;
}

/**
 * Whom a unit answers like; "" where nobody.
 * @param {Graph} graph
 * @param {Answers} answers
 * @param {Layer} layer
 * @param {number} unit
 */
export function twinWords(graph, answers, layer, unit) {
  const twin = twinOf(answers, unit);
  if (twin < 0) return "";
  return `Answers as ${kindOf(layer)} ${shortName(graph, layer, twin)} does: ${answers.alike[unit].toFixed(2)}`;
}

/**
 * What a unit's weights of a channel are for.
 * @param {Graph} graph
 * @param {Layer} layer
 * @param {number} channel
 */
export function channelName(graph, { reads, channels, height, width }, channel) {
  if (reads === INPUT && channels === 1) return "pixels";
  if (reads === INPUT && channels === 3) return COLOURS[channel];
  return `${height * width > 1 || graph.shape(reads).length === 3 ? "map" : "no."} ${channel + 1}`;
}

/**
 * What a film shows, in so many rows.
 * @param {Graph} graph
 * @param {Layer} layer
 * @param {number} rows
 */
export function rowsWords(graph, { reads, channels }, rows) {
  const what = `What it weighs of ${reads === INPUT ? "the picture" : reads}, frame by frame`;
  if (rows === channels) return what;
  return `${what}: the ${rows} strongest of ${channels} ${graph.shape(reads).length === 3 ? "maps" : "numbers"}`;
}

/** What a unit's tile shows. @param {Layer} layer */
export function tileWords(layer) {
  const { reads, channels, height, width } = layer;
  const whole = channels === 1 || height * width === 1;
  const what = whole
    ? `what it weighs of ${reads === INPUT ? "the picture" : reads}`
    : "the map that it weighs most";
  const size = height * width > 1 ? ` (${height}\u00a0×\u00a0${width})` : "";
  return (
    `Each tile is a ${kindOf(layer)}: ${what}${size}, in its own scale. ` +
    "Red: it wants something there. Blue: it wants nothing there."
  );
}
