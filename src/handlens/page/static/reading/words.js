// An input and its framing in words.

/** @import {Input} from "#app/app/view.js" */
/** @import {Shape} from "#app/net/types.js" */
/** @import {Frame} from "#app/reading/frame.js" */

import { FIT, INK_THRESHOLD, SIZE } from "#app/reading/frame.js";

const MOST_EDGE = 0.1; // share of a picture's outermost pixels that a digit's strokes may run into

/** @type {Record<string, string>} */
const NAMES = { train: "training", validation: "validation", test: "test", samples: "sample" };

/**
 * The English adjective for a set: "training", "test" …; its own name where it is none of ours.
 * @param {string} set
 */
export function setName(set) {
  return NAMES[set] ?? set;
}

/**
 * "a 7", "an 8", "an Ankle boot".
 * @param {string} name
 */
export function withArticle(name) {
  return `${/^(8|1[18]$|[aeiou])/i.test(name) ? "an" : "a"} ${name}`;
}

/**
 * "Test item 1,234".
 * @param {string} set
 * @param {number} index  in the set
 */
export function itemName(set, index) {
  const name = setName(set);
  return `${name[0].toUpperCase()}${name.slice(1)} item ${index.toLocaleString("en")}`;
}

/**
 * What is given, in a sentence.
 * @param {Input} input
 * @param {string[]} classes
 */
export function sentence({ from, frame, label }, classes) {
  if (from.kind === "picture") return `${from.name}${frame === null ? ", fitted." : ", framed."}`;
  if (from.kind === "digit") {
    const what = label === null ? "" : `: ${withArticle(classes[label])}`;
    return `${itemName(from.set, from.index)}${what}.`;
  }
  if (from.strokes.length === 0) return "Nothing: black. It answers all the same.";
  return frame === null ? "Your drawing, fitted." : "Your drawing, framed.";
}

/**
 * Why the pixels are as they are.
 * @param {Input} input
 * @param {Shape} shape  of the pixels
 */
export function explained({ from, frame }, [, height, width]) {
  if (from.kind === "digit") return "It is stored like this in the set: nothing was done to it.";
  if (frame !== null) {
    return (
      "MNIST's digits were made this way; one that lies off-centre or is much larger looks foreign to the " +
      "network."
    );
  }
  if (from.kind === "drawing" && from.strokes.length === 0) return "There is no ink to frame yet.";
  return `Its middle was cut to the input's proportions and averaged to ${height} × ${width} pixels.`;
}

/** @param {Frame} frame */
export function foundText({ box }) {
  return `The ink's box: ${box.right - box.left}\u00a0×\u00a0${box.bottom - box.top} pixels.`;
}

/** @param {Frame} frame */
export function scaledText({ scale }) {
  const longer = Math.round(FIT / scale);
  const factor = scale > 1 ? `×\u00a0${scale.toFixed(2)}` : `÷\u00a0${(1 / scale).toFixed(2)}`;
  return `Its longer side, ${longer}, becomes ${FIT}: ${factor}.`;
}

/** @param {Frame} frame */
export function movedText({ shift }) {
  const middle = (SIZE - FIT) / 2;
  const [down, right] = shift.map((place) => place - middle);
  const moves = [
    ...(down === 0 ? [] : [`${Math.abs(down)} ${down > 0 ? "down" : "up"}`]),
    ...(right === 0 ? [] : [`${Math.abs(right)} ${right > 0 ? "right" : "left"}`]),
  ];
  const moved = moves.length === 0 ? "no move needed" : moves.join(", ");
  return `Its centre of mass goes to the middle: ${moved}.`;
}

/** What is said of a picture whose paper was taken for ink. */
export const SHADED =
  "Some of the paper was taken for ink: is it unevenly lit? " +
  "Crop closer to the digit, or photograph it in even light.";

/**
 * Whether a picture's paper was taken for ink: then there is ink along its edges, where a digit has none.
 * @param {Pick<Input, "source">} input
 */
export function shaded({ source }) {
  if (source === null) return false;
  const { height, width, data } = source;
  let [edge, inked] = [0, 0];
  for (let y = 0; y < height; y++) {
    const step = y === 0 || y === height - 1 ? 1 : Math.max(width - 1, 1);
    for (let x = 0; x < width; x += step) {
      edge++;
      if (data[y * width + x] > INK_THRESHOLD) inked++;
    }
  }
  return inked > MOST_EDGE * edge;
}
