// The strip: what every frame answers to the present input, a row a class, the darker the surer.

/** @import {View} from "#app/app/view.js" */
/** @import {Axis} from "#app/look/axis.js" */
/** @import {Lanes} from "#app/widgets/timeline/lanes.js" */
/** @import {Token} from "#app/widgets/timeline/curves.js" */

import { withArticle } from "#app/reading/words.js";
import { writer } from "#app/widgets/timeline/curves.js";

const ALONE = 12; // pixels that the answer of the only frame is wide: nothing is known of the others

/**
 * @param {CanvasRenderingContext2D} context  whose origin is the strip's
 * @param {Lanes} lanes
 * @param {Axis} axis
 * @param {View} view
 * @param {Token} token
 */
export function drawStrip(context, lanes, axis, { run, strip, input }, token) {
  const { left, width, row } = lanes;
  const steps = run.steps.filter((step) => strip.answers.has(step));
  const places = steps.map((step) => left + axis.place(step) * width);
  context.fillStyle = token("--accent");
  steps.forEach((step, i) => {
    const answer = strip.answers.get(step);
    if (answer === undefined) return;
    const first = run.steps.length === 1 ? Math.max(left, places[i] - ALONE) : left;
    const from = i === 0 ? first : (places[i - 1] + places[i]) / 2;
    const to = i === steps.length - 1 ? left + width : (places[i] + places[i + 1]) / 2;
    for (let k = 0; k < answer.length; k++) {
      if (!(answer[k] > 0.01)) continue;
      context.globalAlpha = answer[k];
      context.fillRect(from, k * row + 0.5, to - from, row - 1);
    }
  });
  context.globalAlpha = 1;
  context.strokeStyle = token("--line");
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, 0, width + 1, lanes.strip.height);
  drawClasses(context, lanes, run.graph.classes, input.label, token);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Lanes} lanes
 * @param {string[]} classes
 * @param {number | null} right
 * @param {Token} token
 */
function drawClasses(context, { left, width, row, letter }, classes, right, token) {
  const small = 0.82 * letter;
  const every = Math.ceil(small / row);
  classes.forEach((name, k) => {
    if (k !== right && (k % every !== 0 || Math.abs(k - (right ?? -every)) < every)) return;
    const colour = k === right ? token("--ink") : token("--quiet");
    writer(context, small)(
      colour,
      name.length > 5 ? `${name.slice(0, 4)}…` : name,
      left - 6,
      (k + 0.4) * row + small / 2,
      "right",
    );
  });
  if (right === null) return;
  const told = `◂ ${withArticle(classes[right].slice(0, 4))}`;
  writer(context, letter)(token("--ink"), told, left + width + 4, (right + 0.5) * row + letter / 3, "left");
}
