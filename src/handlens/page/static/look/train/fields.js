// The fields of a recipe as the form has them: which, in which order, and what stands beside them.

/** @import {FieldFacts, Recipe} from "#app/source/live.js" */

import { counted } from "#app/widgets/words.js";

/** Short names; the model's own words are the explanation. @type {Record<string, string>} */
const LABELS = {
  net: "Network",
  widths: "Filters, 1st and 2nd",
  kernel: "Kernel size",
  blocks: "Convolutions",
  limit: "Training digits",
  epochs: "Epochs",
  batch: "Batch size",
  optimiser: "Optimiser",
  lr: "Learning rate",
  schedule: "Schedule of the rate",
  momentum: "Momentum",
  weight_decay: "Weight decay",
  label_smoothing: "Label smoothing",
  order: "Order of the digits",
  shift: "Shifts, pixels",
  mislabelled: "Share of wrong labels",
  seed: "Seed",
};

/** Of what the form doesn't have. @type {Record<string, string>} */
const FURTHER = {
  data: "Data",
  train_on: "Learns from",
  warp: "Warping",
  wear: "Worn strokes",
  betas: "Adam's two rates",
  warmup: "Share of warming up",
  ema: "Averaging of the weights",
  precision: "Precision",
};

/** What the form of a new training has. */
export const FORM = [
  ...["widths", "kernel", "blocks"],
  ...["optimiser", "lr", "schedule"],
  ...["limit", "batch", "epochs", "seed"],
];

const NETWORK = ["net", "widths", "kernel", "blocks"];

/**
 * What may differ from a recording: of a training that begins at one of its frames not the network.
 * @param {Record<string, FieldFacts>} fields
 * @param {boolean} branch
 */
export function changeable(fields, branch) {
  return Object.keys(LABELS).filter((name) => name in fields && !(branch && NETWORK.includes(name)));
}

/** @param {string} name */
export function labelOf(name) {
  return LABELS[name] ?? FURTHER[name] ?? name;
}

/**
 * A field's value in words.
 * @param {string} name
 * @param {any} value
 */
export function valueWords(name, value) {
  if (value === null || value === undefined) return name === "limit" ? "all" : "by default";
  if (Number.isInteger(value)) return counted(value);
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/**
 * What a form's texts mean.
 * @param {FieldFacts} facts
 * @param {string[]} texts  one, or two where there are two of them
 * @returns {any}  undefined where they mean nothing
 */
export function valueOf({ type, optional }, texts) {
  if (type === "choice" || type === "text") return texts[0];
  if (optional && texts[0].trim() === "") return null;
  const numbers = texts.map((text) => (text.trim() === "" ? NaN : Number(text)));
  if (!numbers.every((value) => Number.isFinite(value))) return undefined;
  if (type.startsWith("integer") && !numbers.every(Number.isInteger)) return undefined;
  return type.endsWith("s") ? numbers : numbers[0];
}

/**
 * A field's value as a form's texts.
 * @param {FieldFacts} facts
 * @param {any} value
 * @returns {string[]}
 */
export function textsOf({ type }, value) {
  const two = type === "integers" || type === "numbers";
  return (two ? value : [value]).map((/** @type {any} */ one) => (one === null ? "" : String(one)));
}

/**
 * The fields that differ from a preset: only those are sent.
 * @param {Recipe} values
 * @param {Recipe} preset
 * @returns {Recipe}
 */
export function differing(values, preset) {
  const other = Object.entries(values).filter(([name, value]) => !alike(value, preset[name]));
  return Object.fromEntries(other);
}

/**
 * @param {any} one
 * @param {any} other
 */
export function alike(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * The field that a refusal is about: "recipe, lr: …".
 * @param {string} sentence
 */
export function blamed(sentence) {
  return /^recipe, (\w+): /.exec(sentence)?.[1] ?? null;
}
