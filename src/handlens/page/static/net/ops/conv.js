// Convolution, in the sense of the field: cross-correlation, with stride, padding, dilation and groups.

/** @import {Shape, Attrs, Op, Computation, Roles} from "#app/net/types.js" */

import { GraphError } from "#app/errors.js";
import { pair, whole } from "#app/net/ops/attrs.js";
import { slide, withMargins } from "#app/net/ops/window.js";
import { size } from "#app/net/shapes.js";

/** @type {Op} */
export const conv = {
  attrs: { channels: whole, kernel: pair, stride: pair, padding: pair, dilation: pair, groups: whole },
  shape([source], attrs) {
    const { channels, groups } = attrs;
    if (groups < 1 || channels < 1 || channels % groups || source[0] % groups) {
      throw new GraphError(`${source[0]} → ${channels} channels can't be cut into ${groups} groups`);
    }
    return [channels, ...slide(source, attrs, attrs.dilation)];
  },
  weights: (source, attrs) => ({
    weight: [attrs.channels, source[0] / attrs.groups, ...attrs.kernel],
    bias: [attrs.channels],
  }),
  optional: ["bias"],
  room: (source, { padding }) => 2 * size(withMargins(source, padding)), // in double precision
  prepare: ([source], output, attrs) => new Convolution(source, output, attrs),
};

/**
 * The input is laid into a padded copy, so that no tap of a kernel ever falls outside; `taps` then says how
 * far from a patch's first number each of the kernel's numbers meets its own. Sums are in double precision.
 * @implements {Computation}
 */
class Convolution {
  /**
   * @param {Shape} source
   * @param {Shape} output
   * @param {Attrs} attrs
   */
  constructor(source, output, attrs) {
    this.inChannels = source[0];
    this.inHeight = source[1];
    this.inWidth = source[2];
    this.channels = output[0];
    this.height = output[1];
    this.width = output[2];
    this.down = attrs.stride[0];
    this.across = attrs.stride[1];
    this.above = attrs.padding[0];
    this.before = attrs.padding[1];
    this.groups = attrs.groups;
    this.rows = this.inHeight + 2 * this.above;
    this.columns = this.inWidth + 2 * this.before;
    this.padded = new Float64Array(this.inChannels * this.rows * this.columns);
    this.taps = offsets(this.inChannels / this.groups, this.rows, this.columns, attrs);
  }

  /**
   * @param {Float32Array[]} inputs
   * @param {Float32Array} output
   * @param {Roles} weights
   */
  forward([input], output, { weight, bias }) {
    this.lay(input);
    const share = this.channels / this.groups;
    for (let group = 0; group < this.groups; group++) {
      const last = (group + 1) * share - 1;
      for (let channel = group * share; channel <= last; channel += 2) {
        // An odd last channel is its own partner: computed twice, written twice, the same.
        this.correlate(group, channel, Math.min(channel + 1, last), output, weight, bias);
      }
    }
  }

  /**
   * Two channels' whole maps. Two channels by four pixels at a time: each number that is read from memory is
   * used two or four times. In the last block of a row pixels may coincide; they are written twice, the same.
   * @param {number} group
   * @param {number} one
   * @param {number} two
   * @param {Float32Array} output
   * @param {Float32Array} weight
   * @param {Float32Array | undefined} bias
   */
  correlate(group, one, two, output, weight, bias) {
    const { padded, taps, width, height, columns, down, across } = this;
    const count = taps.length;
    const first = (group * this.inChannels * this.rows * columns) / this.groups;
    const kernelOne = one * count;
    const kernelTwo = two * count;
    const biasOne = bias === undefined ? 0 : bias[one];
    const biasTwo = bias === undefined ? 0 : bias[two];
    for (let y = 0; y < height; y++) {
      const row = first + y * down * columns;
      const mapOne = (one * height + y) * width;
      const mapTwo = (two * height + y) * width;
      for (let x = 0; x < width; x += 4) {
        const xb = Math.min(x + 1, width - 1);
        const xc = Math.min(x + 2, width - 1);
        const xd = Math.min(x + 3, width - 1);
        const a = row + x * across;
        const b = row + xb * across;
        const c = row + xc * across;
        const d = row + xd * across;
        let oneA = biasOne,
          oneB = biasOne,
          oneC = biasOne,
          oneD = biasOne;
        let twoA = biasTwo,
          twoB = biasTwo,
          twoC = biasTwo,
          twoD = biasTwo;
        for (let tap = 0; tap < count; tap++) {
          const offset = taps[tap];
          const u = weight[kernelOne + tap];
          const v = weight[kernelTwo + tap];
          const pa = padded[a + offset];
          const pb = padded[b + offset];
          const pc = padded[c + offset];
          const pd = padded[d + offset];
          oneA += u * pa;
          oneB += u * pb;
          oneC += u * pc;
          oneD += u * pd;
          twoA += v * pa;
          twoB += v * pb;
          twoC += v * pc;
          twoD += v * pd;
        }
        output[mapOne + x] = oneA;
        output[mapOne + xb] = oneB;
        output[mapOne + xc] = oneC;
        output[mapOne + xd] = oneD;
        output[mapTwo + x] = twoA;
        output[mapTwo + xb] = twoB;
        output[mapTwo + xc] = twoC;
        output[mapTwo + xd] = twoD;
      }
    }
  }

  /**
   * @param {Float32Array} gradient
   * @param {Float32Array[]} gradients
   * @param {Float32Array[]} _inputs
   * @param {Float32Array} _output
   * @param {Roles} weights
   */
  backward(gradient, [target], _inputs, _output, { weight }) {
    const { padded, taps, width, height, columns, down, across } = this;
    const count = taps.length;
    padded.fill(0);
    for (let channel = 0, at = 0; channel < this.channels; channel++) {
      const group = Math.floor((channel * this.groups) / this.channels);
      const first = (group * this.inChannels * this.rows * columns) / this.groups;
      const kernel = channel * count;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++, at++) {
          const sent = gradient[at];
          if (sent === 0) continue; // three of four are, behind a 2x2 max pool
          const place = first + y * down * columns + x * across;
          for (let tap = 0; tap < count; tap++) padded[place + taps[tap]] += sent * weight[kernel + tap];
        }
      }
    }
    this.collect(target);
    padded.fill(0); // the margins, for the next forward
  }

  /**
   * Lay the input into the padded copy; the margins are zero already.
   * @param {Float32Array} input
   */
  lay(input) {
    const { padded, inWidth } = this;
    for (let line = 0, at = 0; line < this.inChannels * this.inHeight; line++) {
      const start = this.start(line);
      for (let x = 0; x < inWidth; x++) padded[start + x] = input[at++];
    }
  }

  /**
   * Add what the padded copy holds within its margins.
   * @param {Float32Array} target
   */
  collect(target) {
    const { padded, inWidth } = this;
    for (let line = 0, at = 0; line < this.inChannels * this.inHeight; line++) {
      const start = this.start(line);
      for (let x = 0; x < inWidth; x++) target[at++] += padded[start + x];
    }
  }

  /**
   * Where a line of the input, counted through all channels, begins in the padded copy.
   * @param {number} line
   */
  start(line) {
    const channel = Math.floor(line / this.inHeight);
    const y = line - channel * this.inHeight;
    return (channel * this.rows + y + this.above) * this.columns + this.before;
  }
}

/**
 * For each of a kernel's numbers: how far from the patch's first number it falls in the padded copy.
 * @param {number} depth  channels that one kernel reads
 * @param {number} rows
 * @param {number} columns
 * @param {Attrs} attrs
 */
function offsets(depth, rows, columns, { kernel, dilation }) {
  const taps = new Int32Array(depth * kernel[0] * kernel[1]);
  let at = 0;
  for (let channel = 0; channel < depth; channel++) {
    for (let y = 0; y < kernel[0]; y++) {
      for (let x = 0; x < kernel[1]; x++) {
        taps[at++] = (channel * rows + y * dilation[0]) * columns + x * dilation[1];
      }
    }
  }
  return taps;
}
