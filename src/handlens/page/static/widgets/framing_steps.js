// The three steps from ink to the frame, each as a small picture with its numbers.

/** @import {Input} from "#app/app/view.js" */
/** @import {Frame} from "#app/reading/frame.js" */
/** @import {Ink} from "#app/reading/picture.js" */

import { CENTRE, FIT, SIZE } from "#app/reading/frame.js";
import { foundText, movedText, scaledText } from "#app/reading/words.js";
import { painted } from "#app/widgets/pixels.js";
import { h, sharp, write } from "#app/widgets/dom.js";

const BOX = "#ffd500"; // seen on black and on white ink

/** @typedef {{canvas: HTMLCanvasElement, text: HTMLElement}} Step */

export class FramingSteps {
  #steps = Array.from({ length: 3 }, () => ({
    canvas: h("canvas", { "aria-hidden": "true" }),
    text: h("span"),
  }));
  element = h(
    "ol",
    { class: "framing-steps" },
    ...this.#steps.map(({ canvas, text }) => h("li", {}, h("div", {}, canvas), text)),
  );

  /** @param {Input} input */
  update({ frame, source }) {
    if (frame === null || source === null) return;
    const [found, scaled, moved] = this.#steps;
    write(found.text, foundText(frame));
    write(scaled.text, scaledText(frame));
    write(moved.text, movedText(frame));
    drawFound(found.canvas, frame, source);
    drawScaled(scaled.canvas, frame);
    drawMoved(moved.canvas, frame);
  }
}

/**
 * The ink, and the box around it.
 * @param {HTMLCanvasElement} canvas
 * @param {Frame} frame
 * @param {Ink} source
 */
function drawFound(canvas, { box }, source) {
  const longer = Math.max(source.height, source.width);
  const { context, side, scale } = board(canvas, longer);
  const { height, width } = source;
  context.translate((side - width * scale) / 2, (side - height * scale) / 2);
  context.drawImage(painted(source.data, [1, height, width]), 0, 0, width * scale, height * scale);
  outline(context, box.left, box.top, box.right, box.bottom, scale);
}

/**
 * The 20x20 that the box became, enlarged as the frame is.
 * @param {HTMLCanvasElement} canvas
 * @param {Frame} frame
 */
function drawScaled(canvas, frame) {
  const { context, scale } = board(canvas, SIZE);
  const middle = (SIZE - FIT) / 2;
  const [down, across] = frame.shift;
  context.imageSmoothingEnabled = false;
  const by = [(middle - across) * scale, (middle - down) * scale];
  context.drawImage(painted(frame.pixels, [1, SIZE, SIZE]), by[0], by[1], SIZE * scale, SIZE * scale);
  outline(context, middle, middle, middle + FIT, middle + FIT, scale);
}

/**
 * The frame: where the 20x20 went, and the pixel that took the centre of mass.
 * @param {HTMLCanvasElement} canvas
 * @param {Frame} frame
 */
function drawMoved(canvas, { pixels, shift: [down, across] }) {
  const { context, scale } = board(canvas, SIZE);
  context.imageSmoothingEnabled = false;
  context.drawImage(painted(pixels, [1, SIZE, SIZE]), 0, 0, SIZE * scale, SIZE * scale);
  context.setLineDash([3, 3]);
  outline(context, across, down, across + FIT, down + FIT, scale);
  context.setLineDash([]);
  const middle = (CENTRE + 0.5) * scale;
  context.strokeStyle = "#e5484d";
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(middle - 6, middle);
  context.lineTo(middle + 6, middle);
  context.moveTo(middle, middle - 6);
  context.lineTo(middle, middle + 6);
  context.stroke();
}

/**
 * A black square as wide as its place, `units` across.
 * @param {HTMLCanvasElement} canvas
 * @param {number} units
 */
function board(canvas, units) {
  const side = canvas.parentElement?.clientWidth || 92;
  const context = sharp(canvas, side, side);
  context.fillStyle = "#000";
  context.fillRect(0, 0, side, side);
  return { context, side, scale: side / units };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} left
 * @param {number} top
 * @param {number} right
 * @param {number} bottom
 * @param {number} scale
 */
function outline(context, left, top, right, bottom, scale) {
  context.strokeStyle = BOX;
  context.lineWidth = 1.5;
  context.strokeRect(left * scale, top * scale, (right - left) * scale, (bottom - top) * scale);
}
