// Which items of a set are asked for.

/** @import {Items} from "#app/source/run.js" */

/**
 * The positions of the items with that label, all or only those that the last frame gets wrong.
 * @param {Items} items
 * @param {number | null} label  null for any
 * @param {boolean} wrong
 */
export function matching({ labels, guesses }, label, wrong) {
  const positions = [];
  for (let i = 0; i < labels.length; i++) {
    if ((label === null || labels[i] === label) && !(wrong && guesses[i] === labels[i])) positions.push(i);
  }
  return positions;
}

/**
 * The place among `positions`, ascending, of the one wanted, or of the first behind it.
 * @param {number[]} positions
 * @param {number} wanted
 */
export function placeOf(positions, wanted) {
  const found = positions.findIndex((position) => position >= wanted);
  return found === -1 ? positions.length : found;
}

/**
 * The position of the item `count` further among `positions`, round the end; from an item that isn't among
 * them, the next one in that direction.
 * @param {number[]} positions  at least one
 * @param {number} from
 * @param {number} count
 */
export function further(positions, from, count) {
  const place = placeOf(positions, from);
  const between = positions[place] !== from && count > 0 ? 1 : 0;
  const { length } = positions;
  return positions[(((place + count - between) % length) + length) % length];
}

/**
 * The position of an item by its number in the set, or why there is none.
 * @param {Items} items
 * @param {number} size  of the set
 * @param {string} name
 * @param {string} wanted  as typed
 * @returns {{position: number} | {fault: string}}
 */
export function positionOf({ indices }, size, name, wanted) {
  const index = Number(wanted);
  const most = (size - 1).toLocaleString("en");
  if (wanted.trim() === "" || !Number.isInteger(index) || index < 0 || index >= size) {
    return { fault: `“${wanted}” is no number in the ${name} set; it has 0 to ${most}.` };
  }
  const position = indices.indexOf(index);
  if (position !== -1) return { position };
  const held = `${indices.length.toLocaleString("en")} of the ${size.toLocaleString("en")}`;
  return { fault: `Number ${index} isn't here: this page holds ${held} in the ${name} set.` };
}
