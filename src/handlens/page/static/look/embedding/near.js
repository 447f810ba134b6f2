// The items whose answers are most like one's own: nearest in log-odds, class by class.

/** @import {Film} from "#app/look/embedding/film.js" */
/** @import {Outcomes} from "#app/look/outcomes.js" */

import { MIDDLE } from "#app/look/outcomes.js";

/**
 * Logits as `Outcomes` would code them, but not rounded.
 * @param {Float32Array} logits
 * @param {number} scale  codes to a nat
 * @returns {Float32Array}
 */
export function codesOf(logits, scale) {
  const most = Math.max(...logits);
  const shifted = Float64Array.from(logits, (logit) => logit - most);
  return Float32Array.from(logits, (_, k) => {
    let others = 0;
    for (let i = 0; i < shifted.length; i++) if (i !== k) others += Math.exp(shifted[i]);
    return Math.min(Math.max(MIDDLE + scale * (shifted[k] - Math.log(others)), 1), 255);
  });
}

/**
 * The nearest items, the nearest first; of equal ones the first. None where nothing is a number.
 * @param {Outcomes} outcomes
 * @param {Float32Array} codes  of `codesOf`
 * @param {number} count
 * @param {{among?: Int32Array, except?: number}} [options]  positions to look at, all by default; one to leave out
 * @returns {{position: number, distance: number}[]}  distances in nats
 */
export function nearest({ codes: all, classes, n, scale }, codes, count, { among, except = -1 } = {}) {
  /** @type {{position: number, distance: number}[]} */
  const best = [];
  let worst = Infinity;
  const total = among?.length ?? n;
  for (let i = 0; i < total; i++) {
    const position = among === undefined ? i : among[i];
    const from = position * classes;
    if (position === except || all[from] === 0) continue;
    let square = 0;
    for (let k = 0; k < classes && square < worst; k++) square += (all[from + k] - codes[k]) ** 2;
    if (!(square < worst)) continue;
    const place = best.findIndex(({ distance }) => square < distance);
    best.splice(place < 0 ? best.length : place, 0, { position, distance: square });
    if (best.length > count) best.pop();
    if (best.length === count) worst = best[count - 1].distance;
  }
  return best.map(({ position, distance }) => ({ position, distance: Math.sqrt(distance) / scale }));
}

/**
 * The middle of neighbours, the nearer the heavier.
 * @param {{position: number, distance: number}[]} neighbours
 * @param {Film} film
 * @param {number} step
 * @returns {[number, number]}  not a number where the film has no such frame
 */
export function amid(neighbours, film, step) {
  const places = film.places.get(step);
  let [x, y, sum] = [0, 0, 0];
  for (const { position, distance } of neighbours) {
    const at = 2 * film.items.indexOf(position);
    const weight = 1 / (distance + 0.1);
    x += weight * (places?.[at] ?? NaN);
    y += weight * (places?.[at + 1] ?? NaN);
    sum += weight;
  }
  return [x / sum, y / sum];
}
