// Pools: the maximum and the average under a sliding window.

/** @import {Shape, Attrs, Op} from "#app/net/types.js" */

import { GraphError } from "#app/errors.js";
import { flag, pair } from "#app/net/ops/attrs.js";
import { slide } from "#app/net/ops/window.js";
import { size, text } from "#app/net/shapes.js";

/**
 * @param {Shape[]} inputs
 * @param {Attrs} attrs
 * @returns {Shape}
 */
function pooled([source], attrs) {
  const { kernel, padding } = attrs;
  if (2 * padding[0] > kernel[0] || 2 * padding[1] > kernel[1]) {
    throw new GraphError(`a pool's padding ${text(padding)} may be at most half its kernel ${text(kernel)}`);
  }
  return [source[0], ...slide(source, attrs)];
}

/**
 * Where the windows along one axis begin and end within the input: [from, to) of each.
 * @param {number} length
 * @param {number} windows
 * @param {Attrs} attrs
 * @param {0 | 1} axis
 */
function spans(length, windows, { kernel, stride, padding }, axis) {
  const from = new Int32Array(windows);
  const to = new Int32Array(windows);
  for (let i = 0; i < windows; i++) {
    const start = i * stride[axis] - padding[axis];
    from[i] = Math.max(start, 0);
    to[i] = Math.min(start + kernel[axis], length);
  }
  return { from, to };
}

/** @type {Op} */
export const maxpool = {
  attrs: { kernel: pair, stride: pair, padding: pair },
  shape: pooled,
  prepare([source], output, attrs) {
    const [channels, height, width] = output;
    const [, inHeight, inWidth] = source;
    const rows = spans(inHeight, height, attrs, 0);
    const columns = spans(inWidth, width, attrs, 1);
    const winners = new Int32Array(size(output)); // where each maximum was; of equal ones the first
    return {
      forward([input], output) {
        for (let channel = 0, at = 0; channel < channels; channel++) {
          const map = channel * inHeight * inWidth;
          for (let y = 0; y < height; y++) {
            const top = rows.from[y];
            const bottom = rows.to[y];
            for (let x = 0; x < width; x++, at++) {
              const left = columns.from[x];
              const right = columns.to[x];
              let winner = map + top * inWidth + left;
              let best = input[winner];
              for (let row = top; row < bottom; row++) {
                for (let i = map + row * inWidth + left; i < map + row * inWidth + right; i++) {
                  const value = input[i];
                  if (value > best || value !== value) {
                    best = value; // NaN wins: a network that diverged is to be seen
                    winner = i;
                  }
                }
              }
              output[at] = best;
              winners[at] = winner;
            }
          }
        }
      },
      backward(gradient, [target]) {
        for (let at = 0; at < winners.length; at++) target[winners[at]] += gradient[at];
      },
    };
  },
};

/** @type {Op} */
export const avgpool = {
  attrs: { kernel: pair, stride: pair, padding: pair, count_padding: flag },
  shape: pooled,
  prepare([source], output, attrs) {
    const [channels, height, width] = output;
    const [, inHeight, inWidth] = source;
    const rows = spans(inHeight, height, attrs, 0);
    const columns = spans(inWidth, width, attrs, 1);
    const whole = attrs.kernel[0] * attrs.kernel[1];
    const shares = new Float64Array(height * width); // what each number under a window counts
    for (let at = 0; at < shares.length; at++) {
      const [y, x] = [Math.floor(at / width), at % width];
      const inside = (rows.to[y] - rows.from[y]) * (columns.to[x] - columns.from[x]);
      shares[at] = 1 / (attrs.count_padding ? whole : inside);
    }
    return {
      forward([input], output) {
        for (let channel = 0, at = 0; channel < channels; channel++) {
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++, at++) {
              let sum = 0;
              for (let row = rows.from[y]; row < rows.to[y]; row++) {
                const line = (channel * inHeight + row) * inWidth;
                for (let i = line + columns.from[x]; i < line + columns.to[x]; i++) sum += input[i];
              }
              output[at] = sum * shares[y * width + x];
            }
          }
        }
      },
      backward(gradient, [target]) {
        for (let channel = 0, at = 0; channel < channels; channel++) {
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++, at++) {
              const sent = gradient[at] * shares[y * width + x];
              for (let row = rows.from[y]; row < rows.to[y]; row++) {
                const line = (channel * inHeight + row) * inWidth;
                for (let i = line + columns.from[x]; i < line + columns.to[x]; i++) target[i] += sent;
              }
            }
          }
        }
      },
    };
  },
};
