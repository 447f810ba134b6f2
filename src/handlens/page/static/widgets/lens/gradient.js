// What the gradient says about one number.

/** @import {Unit, View} from "#app/app/view.js" */

import { number } from "#app/look/numbers.js";

/**
 * "d loss / d value = −0.0031: making this value larger would lower the loss".
 * @param {View} view  whose network has gone back
 * @param {Unit} unit
 */
export function gradientWords({ network, label }, { stage, index }) {
  const gradient = network.gradient(stage)[index];
  const name = network.graph.classes[label];
  return `d loss / d value = ${number(gradient)}: ${consequence(gradient, name)}`;
}

/**
 * @param {number} gradient
 * @param {string} name  the class that the loss is taken for
 */
function consequence(gradient, name) {
  if (Number.isNaN(gradient)) return "not a number; the training has blown up.";
  if (gradient === 0) return "changing this value a little changes nothing.";
  const [way, belief] = gradient < 0 ? ["lower", "more"] : ["raise", "less"];
  return `making this value larger would ${way} the loss: ${belief} belief in “${name}”.`;
}
