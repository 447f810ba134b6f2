// Arithmetic on shapes.

/** @import {Shape} from "#app/net/types.js" */

import { GraphError } from "#app/errors.js";

/** The most numbers in one tensor: 256 MB. A foreign network must not exhaust the page's memory. */
export const LARGEST_TENSOR = 1 << 26;

/**
 * How many numbers a shape holds.
 * @param {Shape} shape
 */
export function size(shape) {
  return shape.reduce((product, side) => product * side, 1);
}

/**
 * Whether two shapes are equal.
 * @param {Shape} one
 * @param {Shape} other
 */
export function same(one, other) {
  return one.length === other.length && one.every((side, axis) => side === other[axis]);
}

/**
 * As messages name it: [16, 28, 28].
 * @param {Shape} shape
 */
export function text(shape) {
  return `[${shape.join(", ")}]`;
}

/**
 * Refuse a shape beyond what a page can hold.
 * @param {string} what
 * @param {Shape} shape
 */
export function checkSize(what, shape) {
  if (!(size(shape) <= LARGEST_TENSOR)) {
    throw new GraphError(
      `${what} ${text(shape)} is beyond ${LARGEST_TENSOR} numbers, the most that the page holds at once`,
    );
  }
}
