// Which unit the room shows, as a part of the page's address: "conv2.7" is the seventh filter of conv2.

/** @import {Layer} from "#app/look/filters/layers.js" */

/**
 * @param {string | undefined} text
 * @param {Layer[]} layers  one at least
 * @returns {{layer: Layer, unit: number}}  what makes no sense is the first filter of the first layer
 */
export function readState(text = "", layers) {
  const dot = text.lastIndexOf(".");
  const layer = layers.find(({ name }) => safe(name) === text.slice(0, dot));
  const unit = Number(text.slice(dot + 1)) - 1;
  if (layer === undefined) return { layer: layers[0], unit: 0 };
  return { layer, unit: Number.isInteger(unit) && unit >= 0 && unit < layer.units ? unit : 0 };
}

/**
 * @param {Layer} layer
 * @param {number} unit  from 0 on
 */
export function writeState({ name }, unit) {
  return `${safe(name)}.${unit + 1}`;
}

/** A name as an address can hold it. @param {string} name */
function safe(name) {
  return name.replace(/[^\w.-]/g, "~").slice(-150);
}
