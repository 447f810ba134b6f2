// Loss and accuracy over the training.

/** @import {Axis} from "#app/look/axis.js" */
/** @import {About} from "#app/source/run.js" */
/** @import {Lanes} from "#app/widgets/timeline/lanes.js" */
/** @typedef {(name: string) => string} Token */

const WINDOW = 0.012; // share of the axis that the smoothed loss is a mean over, to either side
const FLOOR = 1e-4; // a loss below it is drawn at it

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Lanes} lanes
 * @param {Axis} axis
 * @param {About} about
 * @param {Token} token
 */
export function drawCurves(context, lanes, axis, about, token) {
  const points = about.losses.steps.flatMap((step, i) => {
    const loss = about.losses.values[i];
    return loss === null ? [] : [{ place: axis.place(step), loss: Math.max(loss, FLOOR) }];
  });
  const losses = points.map(({ loss }) => loss);
  const scale = logScale(losses);
  const { top, height } = lanes.curves;
  const say = writer(context, lanes.letter);
  const [upper, middle, lower] = [
    top + 0.8 * lanes.letter,
    top + height / 2 + lanes.letter / 3,
    top + height,
  ];
  const x = (/** @type {number} */ place) => lanes.left + place * lanes.width;
  frame(context, lanes, token);
  if (points.length > 0) {
    const y = (/** @type {number} */ loss) => top + height * (1 - scale(loss));
    const colour = token("--loss");
    line(
      context,
      colour,
      0.3,
      1,
      points.map(({ place, loss }) => [x(place), y(loss)]),
    );
    line(
      context,
      colour,
      1,
      2,
      mean(points).map(({ place, loss }) => [x(place), y(loss)]),
    );
    say(colour, short(Math.max(...losses)), lanes.left - 6, upper, "right");
    say(colour, "loss", lanes.left - 6, middle, "right");
    say(colour, short(Math.min(...losses)), lanes.left - 6, lower, "right");
  }
  const scores = about.evaluations.flatMap(({ step, accuracy }) =>
    accuracy === null ? [] : [[x(axis.place(step)), top + height * (1 - accuracy)]],
  );
  if (scores.length > 0) {
    const colour = token("--accuracy");
    line(context, colour, 1, 2, scores);
    context.fillStyle = colour;
    for (const [across, down] of scores.length > 60 ? [] : scores)
      context.fillRect(across - 2, down - 2, 4, 4);
    const right = lanes.left + lanes.width + 6;
    say(colour, "100 %", right, upper, "left");
    say(colour, "right", right, middle, "left");
    say(colour, "0", right, lower, "left");
  }
}

/** A loss in a few letters: "2.3", or "5e16" where a training blew up. @param {number} loss */
function short(loss) {
  return loss < 1000 ? loss.toPrecision(2) : loss.toExponential(0).replace("e+", "e");
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

/**
 * Each point's mean with its neighbours on the axis.
 * @param {{place: number, loss: number}[]} points
 */
function mean(points) {
  let [from, to, sum] = [0, 0, 0];
  return points.map(({ place }) => {
    for (; to < points.length && points[to].place <= place + WINDOW; to++) sum += points[to].loss;
    for (; points[from].place < place - WINDOW; from++) sum -= points[from].loss;
    return { place, loss: Math.max(sum / (to - from), FLOOR) };
  });
}

/**
 * Losses to 0…1: by their logarithm, for half of the training happens below a tenth of the first loss.
 * @param {number[]} losses
 */
export function logScale(losses) {
  const lowest = Math.log(Math.min(...losses));
  const highest = Math.log(Math.max(...losses));
  return (/** @type {number} */ loss) => (Math.log(loss) - lowest) / (highest - lowest || 1);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Lanes} lanes
 * @param {Token} token
 */
function frame(context, { left, width, curves }, token) {
  context.strokeStyle = token("--line");
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, curves.top - 0.5, width + 1, curves.height + 1);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} colour
 * @param {number} opacity
 * @param {number} width
 * @param {number[][]} places
 */
export function line(context, colour, opacity, width, places) {
  context.globalAlpha = opacity;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.beginPath();
  for (const [x, y] of places) context.lineTo(x, y);
  context.stroke();
  context.globalAlpha = 1;
}

/**
 * Writes on a canvas, in letters of one height: colour, text, the place of its baseline, and how it is aligned.
 * @param {CanvasRenderingContext2D} context
 * @param {number} size
 */
export function writer(context, size) {
  return (
    /** @type {string} */ colour,
    /** @type {string} */ text,
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {CanvasTextAlign} */ align,
  ) => {
    context.fillStyle = colour;
    context.font = `${size}px system-ui, sans-serif`;
    context.textAlign = align;
    context.fillText(text, x, y);
  };
}
