// What follows the logits: confidences, the loss, and its gradient.

import { GraphError } from "#app/errors.js";
import { normalise } from "#app/net/ops/axes.js";

/**
 * The softmax of logits.
 * @param {Float32Array} logits
 * @param {Float32Array} [out]  where to write it, lest a new array be made
 * @returns {Float32Array} confidences, 0…1
 */
export function softmax(logits, out = new Float32Array(logits.length)) {
  normalise(logits, out);
  return out;
}

/**
 * The cross-entropy of logits with a label, in nats; NaN where they aren't finite.
 * @param {Float32Array} logits
 * @param {number} label  index of the right class
 */
export function lossOf(logits, label) {
  const highest = Math.max(...logits);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - highest), 0);
  return highest + Math.log(sum) - logits[label];
}

/**
 * The cross-entropy of logits with a label, in nats; its gradient with respect to the logits into `gradient`.
 * @param {Float32Array} logits
 * @param {number} label  index of the right class
 * @param {Float32Array} gradient
 * @returns {number}
 */
export function crossEntropy(logits, label, gradient) {
  if (!(Number.isInteger(label) && label >= 0 && label < logits.length)) {
    throw new GraphError(`label ${label} must be the index of a class: 0 to ${logits.length - 1}`);
  }
  let highest = -Infinity;
  for (let i = 0; i < logits.length; i++) highest = Math.max(highest, logits[i]);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i] - highest);
  let others = 0; // 1 less the label's own confidence, without the rounding of that difference
  for (let i = 0; i < logits.length; i++) {
    const confidence = Math.exp(logits[i] - highest) / sum;
    gradient[i] = confidence;
    if (i !== label) others += confidence;
  }
  gradient[label] = -others;
  return highest + Math.log(sum) - logits[label];
}
