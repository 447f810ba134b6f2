// What was changed by hand: a line through the curves at its moment, and what it was where there is room.

/** @import {Axis} from "#app/look/axis.js" */
/** @import {Mark} from "#app/look/changes.js" */
/** @import {Lanes} from "#app/widgets/timeline/lanes.js" */
/** @import {Token} from "#app/widgets/timeline/curves.js" */

import { line, writer } from "#app/widgets/timeline/curves.js";

const APART = 8; // pixels between two texts

/** @type {(step: number) => (mark: Mark) => boolean} */
const isRate = (step) => (mark) => mark.kind === "lr" && mark.step === step;

/**
 * Of a pause in which the rate was changed only the rate is told.
 * @param {CanvasRenderingContext2D} context
 * @param {Lanes} lanes
 * @param {Axis} axis
 * @param {Mark[]} marks
 * @param {Token} token
 */
export function drawMarks(context, { left, width, curves, letter }, axis, marks, token) {
  const { top, height } = curves;
  const colour = token("--warn");
  const size = 0.92 * letter;
  const say = writer(context, size);
  const end = left + width;
  const told = marks.filter(({ step, kind }) => kind === "lr" || !marks.some(isRate(step)));
  let free = left;
  for (const { step, kind, text } of told) {
    const x = left + axis.place(step) * width;
    context.setLineDash(kind === "lr" ? [] : [3, 2]);
    line(context, colour, 0.9, 1.2, [
      [x, top],
      [x, top + height],
    ]);
    context.setLineDash([]);
    context.font = `${size}px system-ui, sans-serif`;
    const wide = context.measureText(text).width;
    const begins = x + 4 + wide <= end ? x + 4 : x - 4 - wide;
    if (begins < free) continue;
    context.globalAlpha = 0.85;
    context.fillStyle = token("--paper");
    context.fillRect(begins - 2, top + height - size - 5, wide + 4, size + 4);
    context.globalAlpha = 1;
    say(colour, text, begins, top + height - 4, "left");
    free = begins + wide + APART;
  }
}
