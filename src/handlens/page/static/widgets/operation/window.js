// Where the window of a convolution or a pool lies, in the cells of its input.

/** @import {Attrs} from "#app/net/types.js" */

/** @typedef {{top: number, left: number, height: number, width: number}} Box  cells; margins are negative */

/**
 * @param {Attrs} attrs  of the convolution or pool
 * @param {number} row  of the output
 * @param {number} column
 * @returns {Box}
 */
export function windowAt({ kernel, stride, padding, dilation = [1, 1] }, row, column) {
  return {
    top: row * stride[0] - padding[0],
    left: column * stride[1] - padding[1],
    height: dilation[0] * (kernel[0] - 1) + 1,
    width: dilation[1] * (kernel[1] - 1) + 1,
  };
}

/**
 * The output whose window lies most nearly around a cell of the input.
 * @param {Attrs} attrs
 * @param {number} row  of the input
 * @param {number} column
 * @returns {[number, number]} row and column; may lie outside
 */
export function aroundCell(attrs, row, column) {
  const { height, width } = windowAt(attrs, 0, 0);
  const { stride, padding } = attrs;
  return [
    Math.round((row + padding[0] - (height - 1) / 2) / stride[0]),
    Math.round((column + padding[1] - (width - 1) / 2) / stride[1]),
  ];
}
