// The frames as marks, and the steps that the axis names.

/** @import {Axis} from "#app/look/axis.js" */
/** @import {Lanes} from "#app/widgets/timeline/lanes.js" */
/** @import {Token} from "#app/widgets/timeline/curves.js" */

import { writer } from "#app/widgets/timeline/curves.js";
import { counted } from "#app/widgets/words.js";

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Lanes} lanes
 * @param {Axis} axis
 * @param {number[]} frames
 * @param {Token} token
 */
export function drawTicks(context, lanes, axis, frames, token) {
  const { top } = lanes.ticks;
  const say = writer(context, lanes.letter);
  const x = (/** @type {number} */ step) => lanes.left + axis.place(step) * lanes.width;
  context.fillStyle = token("--quiet");
  for (const step of frames) context.fillRect(x(step) - 0.5, top, 1, 4);
  for (const step of axis.ticks(lanes.width)) {
    say(token("--quiet"), counted(step), x(step), top + lanes.letter + 3, "center");
  }
}
