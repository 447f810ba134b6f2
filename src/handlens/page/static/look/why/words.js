// What is said beside the maps, and what each of them can't tell.

/** @import {Question} from "#app/look/why/score.js" */

import { number } from "#app/look/numbers.js";
import { withArticle } from "#app/reading/words.js";

/**
 * The score that is asked about.
 * @param {Question} question
 * @param {number} score
 * @param {string[]} classes
 */
export function scoreWords({ subject, rival }, score, classes) {
  const of = withArticle(classes[subject]);
  if (!Number.isFinite(score)) return NO_ANSWER;
  if (rival === null) return `Its score for ${of} is ${number(score)}.`;
  const other = withArticle(classes[rival]);
  if (score < 0) return `It scores ${of} ${number(-score)} below ${other}.`;
  return `It scores ${of} ${number(score)} above ${other}.`;
}

export const NO_ANSWER = "No answer to ask about: its numbers are no longer finite.";

/**
 * What red and blue mean.
 * @param {Question} question
 * @param {string[]} classes
 */
export function colourWords({ subject, rival }, classes) {
  const against = rival === null ? "against it" : `for ${withArticle(classes[rival])}`;
  return (
    `Red speaks for ${withArticle(classes[subject])}, blue ${against}; saliency has no sign. ` +
    "Each map has a scale of its own."
  );
}

export const SALIENCY =
  "How strongly the score would change with each pixel. It shows where the network is sensitive, not what it " +
  "saw; it is noisy.";

/**
 * The parts of the score, and of what they are parts.
 * @param {number} sum  of the parts
 * @param {number} score  of the picture
 * @param {number} black  what a black picture gets
 */
export function integratedWords(sum, score, black) {
  const way = "Each pixel's part of the way from a black picture to this one";
  if (!Number.isFinite(score - black)) return `${way}.`;
  const away = black < 0 ? `+ ${number(-black)}` : `− ${number(black)}`;
  return (
    `${way}; the parts add up to ${number(sum)}, of ${number(score - black)} = ${number(score)} ${away} (what a ` +
    "black picture gets). Black pixels get nothing, by definition."
  );
}

/** @param {number} patch  its side */
export function occlusionWords(patch) {
  return (
    `How much the score loses when a ${patch}×${patch} patch is wiped out. Wiped pictures are ones that nobody ` +
    "writes: what it says of them may mislead."
  );
}

/**
 * @param {string} stage
 * @param {readonly number[]} sides  height and width of its maps
 * @param {Question} question
 * @param {string[]} classes
 */
export function gradcamWords(stage, [height, width], { subject, rival }, classes) {
  const of = withArticle(classes[subject]);
  const what = rival === null ? of : `${of} rather than ${withArticle(classes[rival])}`;
  return (
    `Where the maps of ${stage} that speak for ${what} are strong; no finer than those ` +
    `${height}×${width} maps, and only what speaks for it.`
  );
}

export const NO_MAPS = "This network has no convolution, and so no maps to look at.";

/**
 * What must be said of an empty map.
 * @param {Float32Array | null} map
 */
export function besides(map) {
  if (map === null) return "";
  if (!map.every(Number.isFinite)) return " Here there is none: the network's numbers are no longer finite.";
  return map[strongest(map)] === 0 ? " Here that is zero everywhere." : "";
}

/**
 * The place of the number that is farthest from zero; the first of equals.
 * @param {Float32Array} map
 */
export function strongest(map) {
  let best = 0;
  for (let i = 1; i < map.length; i++) if (Math.abs(map[i]) > Math.abs(map[best])) best = i;
  return best;
}

/**
 * Where a map is strongest.
 * @param {Float32Array} map  [height, width]
 * @param {number} width
 */
export function strongestWords(map, width) {
  if (!map.every(Number.isFinite)) return "not a number";
  const best = strongest(map);
  return map[best] === 0 ? "zero everywhere" : `strongest at ${placeWords(best, width)}`;
}

/**
 * Counted from 1.
 * @param {number} index
 * @param {number} width
 */
export function placeWords(index, width) {
  return `row ${Math.floor(index / width) + 1}, column ${(index % width) + 1}`;
}
