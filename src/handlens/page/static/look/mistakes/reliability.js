// Whether it is as often right as it says: its answers, binned by confidence, 0…1.

/** @import {Counts, Outcomes} from "#app/look/outcomes.js" */
/** @import {Share} from "#app/look/mistakes/counts.js" */

import { BINS } from "#app/look/outcomes.js";

/** @typedef {Share & {sure: number}} Bin  its answers; their mean confidence, NaN of none */

/**
 * @param {Counts} counts
 * @returns {Bin[]}
 */
export function binsOf({ bins, sure }) {
  return Array.from({ length: BINS }, (_, k) => {
    const [n, right] = bins.subarray(2 * k, 2 * k + 2);
    return { n, right, sure: sure[k] / n };
  });
}

/**
 * ECE: the mean gap between confidence and accuracy, bin by bin (Guo et al. 2017, equation 3), and by how much
 * it is surer than right on the whole. NaN of no answers.
 * @param {Counts} counts
 */
export function calibration({ bins, sure }) {
  let [n, gaps, excess] = [0, 0, 0];
  for (let k = 0; k < BINS; k++) {
    n += bins[2 * k];
    excess += sure[k] - bins[2 * k + 1];
    gaps += Math.abs(sure[k] - bins[2 * k + 1]);
  }
  return { error: gaps / n, excess: excess / n };
}

/**
 * The bin of a confidence: bin k holds those above k / 15, up to (k + 1) / 15; -1 for what is no number.
 * @param {number} confidence
 */
export function binOf(confidence) {
  if (Number.isNaN(confidence)) return -1;
  return Math.min(Math.max(Math.ceil(confidence * BINS) - 1, 0), BINS - 1);
}

/**
 * The held items of a bin, by their rounded confidence: one at the bin's edge may be beside it.
 * @param {Outcomes} outcomes
 * @param {number} bin
 */
export function inBin(outcomes, bin) {
  const found = [];
  for (let i = 0; i < outcomes.n; i++) if (binOf(outcomes.confidence(i)) === bin) found.push(i);
  return Int32Array.from(found);
}
