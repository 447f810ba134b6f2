// Batch normalisation as it predicts: with the running statistics, a scale and a shift for each channel.

/** @import {Op} from "#app/net/types.js" */

import { share } from "#app/net/ops/attrs.js";
import { size } from "#app/net/shapes.js";

/** @type {Op} */
export const batchnorm = {
  attrs: { eps: share },
  shape: ([source]) => source,
  weights: ([channels]) => ({ mean: [channels], var: [channels], weight: [channels], bias: [channels] }),
  optional: ["weight", "bias"],
  prepare([source], output, { eps }) {
    const channels = source[0];
    const area = size(source) / channels;
    return {
      forward([input], output, { mean, var: variance, weight, bias }) {
        for (let channel = 0, at = 0; channel < channels; channel++) {
          const scale = (weight === undefined ? 1 : weight[channel]) / Math.sqrt(variance[channel] + eps);
          const shift = bias === undefined ? 0 : bias[channel];
          for (let i = 0; i < area; i++, at++) output[at] = (input[at] - mean[channel]) * scale + shift;
        }
      },
      backward(gradient, [target], _inputs, _output, { var: variance, weight }) {
        for (let channel = 0, at = 0; channel < channels; channel++) {
          const scale = (weight === undefined ? 1 : weight[channel]) / Math.sqrt(variance[channel] + eps);
          for (let i = 0; i < area; i++, at++) target[at] += gradient[at] * scale;
        }
      },
    };
  },
};
