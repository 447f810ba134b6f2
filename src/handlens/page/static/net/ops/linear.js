// The linear layer: on the last axis, for each row of the others.

/** @import {Op} from "#app/net/types.js" */

import { whole } from "#app/net/ops/attrs.js";
import { GraphError } from "#app/errors.js";
import { size } from "#app/net/shapes.js";

/** @type {Op} */
export const linear = {
  attrs: { features: whole },
  shape([source], { features }) {
    if (features < 1) throw new GraphError(`attribute 'features' must be at least 1, not ${features}`);
    return [...source.slice(0, -1), features];
  },
  weights: (source, { features }) => ({
    weight: [features, source[source.length - 1]],
    bias: [features],
  }),
  optional: ["bias"],
  prepare([source], output, { features }) {
    const width = source[source.length - 1];
    const rows = size(source) / width;
    return {
      forward([input], output, { weight, bias }) {
        for (let row = 0, at = 0; row < rows; row++) {
          for (let feature = 0; feature < features; feature++) {
            let sum = bias === undefined ? 0 : bias[feature];
            for (let i = 0; i < width; i++) sum += weight[feature * width + i] * input[row * width + i];
            output[at++] = sum;
          }
        }
      },
      backward(gradient, [target], _inputs, _output, { weight }) {
        for (let row = 0; row < rows; row++) {
          for (let i = 0; i < width; i++) {
            let sum = 0;
            for (let feature = 0; feature < features; feature++) {
              sum += weight[feature * width + i] * gradient[row * features + feature];
            }
            target[row * width + i] += sum;
          }
        }
      },
    };
  },
};
