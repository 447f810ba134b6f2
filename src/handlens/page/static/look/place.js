// Where in a stage a number stands: stages are flat arrays, row by row.

/** @import {Shape} from "#app/net/types.js" */

/** @typedef {{channel: number, row: number, column: number}} MapPlace  in [channels, height, width] */
/** @typedef {{unit: number}} UnitPlace  in any other shape, counted row by row */

/**
 * @param {Shape} shape
 * @param {number} index
 * @returns {number[]} a position on each axis
 */
export function unravel(shape, index) {
  const position = new Array(shape.length);
  for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
    position[axis] = rest % shape[axis];
    rest = (rest - position[axis]) / shape[axis];
  }
  return position;
}

/**
 * @param {Shape} shape
 * @param {readonly number[]} position
 */
export function ravel(shape, position) {
  return shape.reduce((index, side, axis) => index * side + position[axis], 0);
}

/**
 * @param {Shape} shape
 * @param {number} index
 * @returns {MapPlace | UnitPlace}
 */
export function placeOf(shape, index) {
  return shape.length === 3 ? mapPlace(shape, index) : { unit: index };
}

/**
 * @param {Shape} shape  [channels, height, width]
 * @param {number} index
 * @returns {MapPlace}
 */
export function mapPlace(shape, index) {
  const [channel, row, column] = unravel(shape, index);
  return { channel, row, column };
}
