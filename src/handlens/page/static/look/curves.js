// The numbers behind the curves: losses and scores by step.

/** @import {About} from "#app/source/about.js" */

const WINDOW = 0.012; // share of the axis that the smoothed loss is a mean over, to either side
const FLOOR = 1e-4; // a loss below it is drawn at it

/** @typedef {{place: number, value: number}} Point  a place on the axis, 0…1 */

/** @typedef {(step: number) => number} Place */

/**
 * The training's losses.
 * @param {Pick<About, "losses">} about
 * @param {Place} place
 * @returns {Point[]}
 */
export function lossPoints({ losses: { steps, values } }, place) {
  return steps.flatMap((step, i) => {
    const loss = values[i];
    return loss === null ? [] : [{ place: place(step), value: Math.max(loss, FLOOR) }];
  });
}

/**
 * What was measured on digits that it doesn't learn from.
 * @param {Pick<About, "evaluations">} about
 * @param {"loss" | "accuracy"} field
 * @param {Place} place
 * @returns {Point[]}
 */
export function scoredPoints({ evaluations }, field, place) {
  return evaluations.flatMap((line) => {
    const value = line[field];
    if (value === null) return [];
    return [{ place: place(line.step), value: field === "loss" ? Math.max(value, FLOOR) : value }];
  });
}

/**
 * Each point's mean with its neighbours on the axis.
 * @param {Point[]} points
 * @returns {Point[]}
 */
export function smooth(points) {
  let [from, to] = [0, 0];
  return points.map(({ place }) => {
    while (to < points.length && points[to].place <= place + WINDOW) to++;
    while (points[from].place < place - WINDOW) from++;
    let sum = 0; // anew each time: what a leap of the loss leaves when it is subtracted is rounding
    for (let i = from; i < to; i++) sum += points[i].value;
    return { place, value: Math.max(sum / (to - from), FLOOR) };
  });
}

/**
 * Numbers above 0 to 0…1: by their logarithm, for half of the training happens below a tenth of the first loss.
 * @param {number[]} values
 */
export function logScale(values) {
  const lowest = Math.log(Math.min(...values));
  const highest = Math.log(Math.max(...values));
  return (/** @type {number} */ value) => (Math.log(value) - lowest) / (highest - lowest || 1);
}

/**
 * The mean loss around a step, as the curve shows it; undefined where there is none.
 * @param {About["losses"]} losses
 * @param {number} step
 */
export function smoothed({ steps, values }, step) {
  const reach = Math.max(step * 0.04, 0.5);
  let [sum, count] = [0, 0];
  for (let i = 0; i < steps.length; i++) {
    const value = values[i];
    // The loss of update s was measured before it: with the weights of step s - 1.
    if (value === null || Math.abs(steps[i] - 1 - step) > reach) continue;
    sum += value;
    count++;
  }
  return count > 0 ? sum / count : nearest(steps, values, step + 1);
}

/**
 * The loss nearest to a step: of a long training not every one is here.
 * @param {number[]} steps
 * @param {(number | null)[]} values
 * @param {number} step
 */
function nearest(steps, values, step) {
  let best = undefined;
  let away = Infinity;
  values.forEach((value, i) => {
    if (value === null || Math.abs(steps[i] - step) >= away) return;
    [best, away] = [value, Math.abs(steps[i] - step)];
  });
  return best;
}

/** A loss in a few letters: "2.3", "4e−4", or "5e16" where a training blew up. @param {number} loss */
export function short(loss) {
  if (loss >= 0.001 && loss < 1000) return loss.toPrecision(2);
  return loss.toExponential(0).replace("e+", "e").replace("-", "−");
}
