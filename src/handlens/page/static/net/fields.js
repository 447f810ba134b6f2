// Parts of a JSON description, each checked; what they are not is said with its place.

/** @import {Shape} from "#app/net/types.js" */

import { GraphError } from "#app/errors.js";
import { checkSize } from "#app/net/shapes.js";

// Python's \w, and . : - and space.
const NAME = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}.:\- ]{1,200}$/u;

/**
 * An object with exactly these fields.
 * @param {unknown} value
 * @param {string} where
 * @param {string[]} names
 * @returns {Record<string, any>}
 */
export function fields(value, where, names) {
  const found = objectOf(value, where);
  const missing = names.find((name) => !Object.hasOwn(found, name));
  if (missing !== undefined) throw new GraphError(`${where}: field '${missing}' is missing`);
  const extra = Object.keys(found).find((name) => !names.includes(name));
  if (extra !== undefined)
    throw new GraphError(`${where}: unknown field '${extra}'; known: ${names.join(", ")}`);
  return found;
}

/**
 * A JSON object.
 * @param {unknown} value
 * @param {string} where
 * @returns {Record<string, any>}
 */
export function objectOf(value, where) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new GraphError(`${where} must be a JSON object, not ${JSON.stringify(value)}`);
  }
  return /** @type {Record<string, any>} */ (value);
}

/**
 * A list that isn't empty.
 * @param {unknown} value
 * @param {string} where
 * @param {number} most
 * @returns {any[]}
 */
export function listOf(value, where, most) {
  if (!Array.isArray(value) || value.length < 1 || value.length > most) {
    throw new GraphError(`${where} must be a list of 1 to ${most}`);
  }
  return value;
}

/**
 * A node's or a tensor's name.
 * @param {unknown} value
 * @param {string} where
 * @returns {string}
 */
export function nameOf(value, where) {
  if (typeof value !== "string" || !NAME.test(value)) {
    throw new GraphError(
      `${where} must be a name of 1 to 200 letters, digits, '.', ':', '-', '_' and spaces, ` +
        `not ${JSON.stringify(value)}`,
    );
  }
  return value;
}

/**
 * A shape of at least one axis.
 * @param {unknown} value
 * @param {string} where
 * @returns {Shape}
 */
export function shapeOf(value, where) {
  const sides = listOf(value, where, 8);
  if (!sides.every((side) => Number.isInteger(side) && side >= 1)) {
    throw new GraphError(`${where} must be whole numbers of at least 1, not ${JSON.stringify(sides)}`);
  }
  checkSize(where, sides);
  return sides;
}
