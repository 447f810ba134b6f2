// What convolutions and pools share: the shape that a sliding window gives.

/** @import {Shape, Attrs} from "#app/net/types.js" */

import { GraphError } from "#app/errors.js";
import { checkSize, text } from "#app/net/shapes.js";

/**
 * Height and width after a sliding window (Dumoulin and Visin 2016, relationship 6).
 * @param {Shape} shape
 * @param {Attrs} attrs  kernel, stride, padding
 * @param {readonly number[]} dilation
 * @returns {[number, number]}
 */
export function slide(shape, attrs, dilation = [1, 1]) {
  if (shape.length !== 3) {
    throw new GraphError(`a sliding window needs [channels, height, width], not ${text(shape)}`);
  }
  const { kernel, stride, padding } = attrs;
  if (Math.min(...kernel, ...stride, ...dilation) < 1 || Math.min(...padding) < 0) {
    throw new GraphError("kernel, stride and dilation must be at least 1, padding at least 0");
  }
  checkSize("the padded input", withMargins(shape, padding));
  const [height, width] = [0, 1].map((axis) => {
    const reach = dilation[axis] * (kernel[axis] - 1) + 1;
    return Math.floor((shape[axis + 1] + 2 * padding[axis] - reach) / stride[axis]) + 1;
  });
  if (Math.min(height, width) < 1) {
    throw new GraphError(`the kernel ${text(kernel)} doesn't fit into an input of ${text(shape)}`);
  }
  return [height, width];
}

/**
 * An input's shape with its margins.
 * @param {Shape} shape
 * @param {readonly number[]} padding
 * @returns {Shape}
 */
export function withMargins([channels, height, width], padding) {
  return [channels, height + 2 * padding[0], width + 2 * padding[1]];
}
