// What the network answers to every held item of the rooms' set at one frame, and the counts of the whole set.

/** @import {Numbers} from "#app/net/safetensors.js" */
/** @import {Shape} from "#app/net/types.js" */

import { arrayOf } from "#app/net/safetensors.js";

const CODES = 256;
export const MIDDLE = 128; // the code of even odds
export const BINS = 15;
export const NONE = 255; // the guess of a network whose numbers are no longer finite

/**
 * What is counted of the whole set, whatever the page holds of it.
 * @typedef {object} Counts
 * @property {Int32Array} confusion  [classes, classes]: how often class row was taken for class column, of
 *   those that it answered
 * @property {Int32Array} bins  [15, 2]: answers by confidence, from 0 to 1, and how many of them are right
 * @property {Float32Array} sure  [15]: the sums of their confidences
 * @property {number} loss  mean cross-entropy in nats; NaN after the network diverged
 * @property {number} doubtfulRight  right ones of those whose label is doubted
 */

/**
 * Answers come as 8-bit log-odds: a probability is off by 0.02 at most, a sure one by a few per cent of what is
 * missing to 1. Whoever needs one item exactly runs the network on it.
 */
export class Outcomes {
  /** @type {Float32Array | undefined} */
  #probabilities;
  #sigmoids;

  /**
   * @param {number} step
   * @param {string} set
   * @param {number} classes
   * @param {Map<string, {shape: Shape, data: Numbers}>} arrays  of outputs/SET/STEP.safetensors
   * @param {string} where  for the message
   */
  constructor(step, set, classes, arrays, where) {
    const n = arrays.get("guesses")?.shape[0] ?? 0;
    /**
     * @template {Numbers} N
     * @param {string} name
     * @param {new (length: number) => N} kind
     * @param {Shape} shape
     */
    const take = (name, kind, shape) => arrayOf(arrays, name, kind, shape, where);
    this.step = step;
    this.set = set;
    this.n = n;
    this.classes = classes;
    /** Codes: [n, classes], 1…255, 128 for even odds; 0 for what is no number. */
    this.codes = take("odds", Uint8Array, [n, classes]);
    /** Codes to a nat. */
    this.scale = take("scale", Float32Array, [1])[0];
    /** The likeliest class of each item, or NONE. */
    this.guesses = take("guesses", Uint8Array, [n]);
    /** @type {Counts} */
    this.counts = {
      confusion: take("confusion", Int32Array, [classes, classes]),
      bins: take("bins", Int32Array, [BINS, 2]),
      sure: take("sure", Float32Array, [BINS]),
      loss: take("loss", Float32Array, [1])[0],
      doubtfulRight: take("doubtful_right", Int32Array, [1])[0],
    };
    this.#sigmoids = Float32Array.from({ length: CODES }, (_, code) =>
      code === 0 ? NaN : 1 / (1 + Math.exp(-this.#nats(code))),
    );
  }

  /** The codes of an item, a view. @param {number} i  its position */
  odds(i) {
    return this.codes.subarray(i * this.classes, (i + 1) * this.classes);
  }

  /** [n, classes], each row brought to a sum of 1; made once. NaN where the network diverged. */
  probabilities() {
    this.#probabilities ??= this.#spread();
    return this.#probabilities;
  }

  /** The probability of an item's guess; NaN where there is none. @param {number} i */
  confidence(i) {
    return this.#sigmoids[this.guessCode(i)];
  }

  /** The code of an item's guess; 0 where there is none. @param {number} i */
  guessCode(i) {
    const guess = this.guesses[i];
    return guess === NONE ? 0 : this.codes[i * this.classes + guess];
  }

  /**
   * The cross-entropy of an item in nats.
   * @param {number} i
   * @param {number} label
   */
  loss(i, label) {
    const code = this.codes[i * this.classes + label];
    return code === 0 ? NaN : Math.log1p(Math.exp(-this.#nats(code)));
  }

  /** @param {number} code */
  #nats(code) {
    return (code - MIDDLE) / this.scale;
  }

  #spread() {
    const { codes, classes } = this;
    const all = new Float32Array(codes.length);
    for (let from = 0; from < codes.length; from += classes) {
      let sum = 0;
      for (let at = from; at < from + classes; at++) sum += all[at] = this.#sigmoids[codes[at]];
      for (let at = from; at < from + classes; at++) all[at] /= sum;
    }
    return all;
  }
}
