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
  const x = (/** @type {number} */ place) => lanes.left + place * lanes.width;
  frame(context, lanes, token);
  if (points.length > 0) {
    const y = (/** @type {number} */ loss) => top + height * (1 - scale(loss));
    line(context, token("--loss"), 0.3, 1, points.map(({ place, loss }) => [x(place), y(loss)]));
    line(context, token("--loss"), 1, 2, mean(points).map(({ place, loss }) => [x(place), y(loss)]));
    const [highest, lowest] = [Math.max(...losses), Math.min(...losses)];
    label(context, token("--loss"), highest.toPrecision(2), lanes.left - 6, top + 8, "right");
    label(context, token("--loss"), "loss", lanes.left - 6, top + height / 2 + 4, "right");
    label(context, token("--loss"), lowest.toPrecision(2), lanes.left - 6, top + height, "right");
  }
  const places = about.evaluations.flatMap(({ step, accuracy }) =>
    accuracy === null ? [] : [[x(axis.place(step)), top + height * (1 - accuracy)]],
  );
  if (places.length > 0) {
    line(context, token("--accuracy"), 1, 2, places);
    context.fillStyle = token("--accuracy");
    for (const [across, down] of places.length > 60 ? [] : places) context.fillRect(across - 2, down - 2, 4, 4);
    const right = lanes.left + lanes.width + 6;
    label(context, token("--accuracy"), "100 %", right, top + 8, "left");
    label(context, token("--accuracy"), "right", right, top + height / 2 + 4, "left");
    label(context, token("--accuracy"), "0", right, top + height, "left");
  }
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
  return count > 0 ? sum / count : undefined;
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
 * @param {CanvasRenderingContext2D} context
 * @param {string} colour
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {CanvasTextAlign} align
 * @param {number} [size]  of the letters in pixels
 */
export function label(context, colour, text, x, y, align, size = 11) {
  context.fillStyle = colour;
  context.font = `${size}px system-ui, sans-serif`;
  context.textAlign = align;
  context.textBaseline = "alphabetic";
  context.fillText(text, x, y);
}
