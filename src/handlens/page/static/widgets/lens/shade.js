// Which colour a number has, and which letters can be read on it.

/** @import {View} from "#app/app/view.js" */

import { LOST } from "#app/look/colours.js";
import { INPUT } from "#app/net/graph.js";

/** @typedef {{colour: string, letters: string}} Pair  as CSS has them */

/** @type {WeakMap<Uint32Array, Pair[]>} */
const known = new WeakMap();

/** The colours of the numbers from … to, evenly along the first `steps` of a table. */
export class Shade {
  /**
   * @param {Uint32Array} table  as canvases hold colours
   * @param {number} steps
   * @param {number} from
   * @param {number} to  above `from`
   */
  constructor(table, steps, from, to) {
    this.table = table;
    this.steps = steps;
    this.from = from;
    this.to = to;
  }

  /** @param {number} value */
  pair(value) {
    return Number.isFinite(value) ? pairs(this.table)[this.place(value)] : broken;
  }

  /**
   * A finite number's place in the table.
   * @param {number} value
   */
  place(value) {
    const share = Math.min(Math.max((value - this.from) / (this.to - this.from), 0), 1);
    return Math.round(share * (this.steps - 1));
  }

  /**
   * The pixels of numbers, all of them opaque.
   * @param {ArrayLike<number>} values
   * @param {number} start
   * @param {Uint32Array} out  takes as many as it is long
   */
  paint(values, start, out) {
    for (let i = 0; i < out.length; i++) {
      const value = values[start + i];
      out[i] = Number.isFinite(value) ? this.table[this.place(value)] : 0xff00d5ff;
    }
  }
}

/**
 * The colours of -limit … limit.
 * @param {View["tables"]} tables
 * @param {number} limit
 */
function around({ diverging }, limit) {
  // The last colour is for what isn't finite.
  return new Shade(diverging, diverging.length - 1, -limit, limit);
}

/**
 * How far from 0 a stage's numbers are shown.
 * @param {View} view
 * @param {string} stage
 */
export function reachOf({ run }, stage) {
  return run.about.ranges.stages[stage] ?? 1;
}

/**
 * The colours of what a stage gives; the input's are those of its pixels.
 * @param {View} view
 * @param {string} stage
 * @param {number} [channel]
 */
export function ofStage(view, stage, channel = 0) {
  const { run, tables } = view;
  const limit = reachOf(view, stage);
  if (stage !== INPUT) return around(tables, limit);
  const { mean, std } = run.graph.input;
  const [black, white] = [0, 1].map((pixel) => (pixel - mean[channel]) / std[channel]);
  return new Shade(tables.ink, tables.ink.length, black, white);
}

/**
 * The colours of a tensor's weights.
 * @param {View} view
 * @param {string} tensor
 */
export function ofTensor({ run, tables }, tensor) {
  const limit = run.about.ranges.tensors[tensor] ?? 1;
  return around(tables, limit);
}

/**
 * The colours of the terms that add up to one number of a stage: full at a share of the stage's own limit.
 * @param {View} view
 * @param {string} stage
 * @param {number} [share]  one in so many; more where there are many small terms
 */
export function ofTerms(view, stage, share = 2) {
  return around(view.tables, reachOf(view, stage) / share);
}

/**
 * @param {Uint32Array} table
 * @returns {Pair[]}
 */
function pairs(table) {
  let found = known.get(table);
  if (found === undefined) {
    const bytes = new Uint8Array(table.buffer, table.byteOffset, table.byteLength);
    found = Array.from(table, (_, i) => pairOf(bytes[4 * i], bytes[4 * i + 1], bytes[4 * i + 2]));
    known.set(table, found);
  }
  return found;
}

/**
 * @param {number} red
 * @param {number} green
 * @param {number} blue
 * @returns {Pair}
 */
function pairOf(red, green, blue) {
  // WCAG 2.2, relative luminance; above 0.179 black has more contrast than white.
  const [r, g, b] = [red, green, blue].map((byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return { colour: `rgb(${red} ${green} ${blue})`, letters: luminance > 0.179 ? "#000" : "#fff" };
}

const broken = pairOf(...LOST);
