// How strongly each layer was pushed: the L2 norm of its gradient, by a logarithm, one line a weight tensor.

/** @import {Axis} from "#app/look/axis.js" */
/** @import {About} from "#app/source/run.js" */
/** @import {Lanes} from "#app/widgets/timeline/lanes.js" */
/** @import {Token} from "#app/widgets/timeline/curves.js" */

import { logScale } from "#app/look/curves.js";
import { line, writer } from "#app/widgets/timeline/curves.js";

const DASHES = [[], [6, 3], [2, 2], [9, 3, 2, 3]]; // lines are told apart without colours too
const COLOURS = ["--accent", "--accuracy", "--right", "--warn"];
const MOST = 4; // layers that are drawn: the first ones and the last

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Lanes} lanes
 * @param {Axis} axis
 * @param {About} about
 * @param {Token} token
 */
export function drawNorms(context, lanes, axis, { evaluations }, token) {
  const { top, height } = lanes.norms;
  const say = writer(context, lanes.letter);
  const names = [...new Set(evaluations.flatMap((line) => Object.keys(line.gradient_norm)))].filter(
    (name) => !name.endsWith(".bias"),
  );
  context.strokeStyle = token("--line");
  context.strokeRect(lanes.left - 0.5, top - 0.5, lanes.width + 1, height + 1);
  const shown = names.length <= MOST ? names : [...names.slice(0, MOST / 2), ...names.slice(-MOST / 2)];
  if (shown.length === 0) {
    say(token("--quiet"), "this recording holds no gradient norms", lanes.left + 8, top + height / 2, "left");
    return;
  }
  const lines = shown.map((name) =>
    evaluations.flatMap(({ step, gradient_norm: { [name]: norm } }) => (norm ? [{ step, norm }] : [])),
  );
  const norms = lines.flat().map(({ norm }) => norm);
  const scale = logScale(norms.length > 0 ? norms : [1]);
  shown.forEach((name, i) => {
    const places = lines[i].map(({ step, norm }) => [
      lanes.left + axis.place(step) * lanes.width,
      top + height * (1 - scale(norm)),
    ]);
    context.setLineDash(DASHES[i]);
    line(context, token(COLOURS[i]), 1, 1.6, places);
    context.setLineDash([]);
    const text = name.replace(/\.weight$/, "");
    say(token(COLOURS[i]), text, lanes.left + 8 + i * 7 * lanes.letter, top + 1.1 * lanes.letter, "left");
  });
  say(token("--quiet"), "norm", lanes.left - 6, top + 0.8 * lanes.letter, "right");
}
