// A stage's numbers as one flat picture: the map that a number stands in; single numbers in rows.

/** @import {Shape} from "#app/net/types.js" */

/** Single numbers up to this many stand in one row. */
const ONE_ROW = 32;

/**
 * @typedef {object} Face
 * @property {number} map  counted from 0
 * @property {number} start  the first of its numbers
 * @property {number} count  how many it has; the last row may not be full
 * @property {number} height
 * @property {number} width
 * @property {number} row  of the number asked for
 * @property {number} column
 */

/**
 * @param {Shape} shape
 * @param {number} index
 * @returns {Face}
 */
export function faceOf(shape, index) {
  if (shape.length === 1) return folded(shape[0], index);
  const [height, width] = shape.slice(-2);
  const map = Math.floor(index / (height * width));
  return at({ map, start: map * height * width, count: height * width, height, width }, index);
}

/**
 * @param {number} count
 * @param {number} index
 */
function folded(count, index) {
  const width = count <= ONE_ROW ? count : Math.ceil(Math.sqrt(2 * count));
  return at({ map: 0, start: 0, count, height: Math.ceil(count / width), width }, index);
}

/**
 * @param {Omit<Face, "row" | "column">} face
 * @param {number} index
 * @returns {Face}
 */
function at(face, index) {
  const place = index - face.start;
  return { ...face, row: Math.floor(place / face.width), column: place % face.width };
}

/**
 * The number at a row and column of a face, or at the nearest that it has.
 * @param {Face} face
 * @param {number} row
 * @param {number} column
 */
export function indexAt({ start, count, height, width }, row, column) {
  const [down, across] = [Math.min(Math.max(row, 0), height - 1), Math.min(Math.max(column, 0), width - 1)];
  return start + Math.min(down * width + across, count - 1);
}

/** The longest row that maps laid out flat are shown in. */
const LONGEST_ROW = 200;

/**
 * Maps laid out flat: a row a map, where that isn't too long.
 * @param {Shape} source  of the maps
 * @param {number} index
 * @returns {Face}
 */
export function rowsOfMaps(source, index) {
  const count = source.reduce((product, side) => product * side, 1);
  const width = count / source[0];
  if (source.length !== 3 || width > LONGEST_ROW || width === 1) return folded(count, index);
  return at({ map: 0, start: 0, count, height: source[0], width }, index);
}
