// Loss and accuracy over the training.

/** @import {Axis} from "#app/look/axis.js" */
/** @import {Point} from "#app/look/curves.js" */
/** @import {About} from "#app/source/run.js" */
/** @import {Lanes} from "#app/widgets/timeline/lanes.js" */
/** @typedef {(name: string) => string} Token */

import { logScale, lossPoints, scoredPoints, short, smooth } from "#app/look/curves.js";

const BESIDE = 0.88; // what lies behind this share of the axis runs beside the key
const MOST_DOTS = 60; // more would run into each other; the line alone is drawn then

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Lanes} lanes
 * @param {Axis} axis
 * @param {About} about
 * @param {Token} token
 */
export function drawCurves(context, lanes, axis, about, token) {
  const place = (/** @type {number} */ step) => axis.place(step);
  const losses = lossPoints(about, place);
  const checked = scoredPoints(about, "loss", place);
  const scores = scoredPoints(about, "accuracy", place);
  const { top, height } = lanes.curves;
  const say = writer(context, lanes.letter);
  const [upper, middle, lower] = [
    top + 0.8 * lanes.letter,
    top + height / 2 + lanes.letter / 3,
    top + height,
  ];
  const x = (/** @type {number} */ share) => lanes.left + share * lanes.width;
  const values = [...losses, ...checked].map(({ value }) => value);
  const scale = logScale(values);
  /** @type {(points: Point[]) => number[][]} */
  const falling = (points) => points.map(({ place, value }) => [x(place), top + height * (1 - scale(value))]);
  frame(context, lanes, token);
  if (values.length > 0) {
    const colour = token("--loss");
    line(context, colour, 0.3, 1, falling(losses));
    line(context, colour, 1, 2, falling(smooth(losses)));
    drawChecks(context, falling(checked), colour, token("--paper"));
    say(colour, short(Math.max(...values)), lanes.left - 6, upper, "right");
    say(colour, "loss", lanes.left - 6, middle, "right");
    say(colour, short(Math.min(...values)), lanes.left - 6, lower, "right");
  }
  if (scores.length > 0) {
    const colour = token("--accuracy");
    const places = scores.map(({ place, value }) => [x(place), top + height * (1 - value)]);
    line(context, colour, 1, 2, places);
    context.fillStyle = colour;
    for (const [across, down] of places.length > MOST_DOTS ? [] : places)
      context.fillRect(across - 2, down - 2, 4, 4);
    const right = lanes.left + lanes.width + 6;
    say(colour, "100 %", right, upper, "left");
    say(colour, "right", right, middle, "left");
    say(colour, "0", right, lower, "left");
  }
  if (checked.length > 0 && lanes.width > 600) {
    const ends = [...losses, ...checked].filter(({ place }) => place > BESIDE);
    const right = scores.filter(({ place }) => place > BESIDE);
    const taken = [...ends.map(({ value }) => 1 - scale(value)), ...right.map(({ value }) => 1 - value)];
    const text = `${about.evaluations[0].set} loss`;
    drawKey(context, lanes, top + height * freest(taken), text, token("--loss"), token("--paper"));
  }
}

/**
 * Where a line of letters meets least of the curves.
 * @param {number[]} taken  heights, 0…1 of the lane, from above
 */
function freest(taken) {
  const room = (/** @type {number} */ at) => Math.min(...taken.map((height) => Math.abs(height - at)));
  return [0.75, 0.5, 0.25].reduce((best, at) => (room(at) > room(best) ? at : best));
}

/**
 * The loss on digits that it doesn't learn from: rings, so that it is told from the training's own.
 * @param {CanvasRenderingContext2D} context
 * @param {number[][]} places
 * @param {string} colour
 * @param {string} inside
 */
function drawChecks(context, places, colour, inside) {
  context.setLineDash([2, 3]);
  line(context, colour, 0.9, 1, places);
  context.setLineDash([]);
  rings(context, places, colour, inside);
}

/**
 * A ring at each place, unless they would run into each other.
 * @param {CanvasRenderingContext2D} context
 * @param {number[][]} places
 * @param {string} colour
 * @param {string} inside
 */
export function rings(context, places, colour, inside) {
  if (places.length > MOST_DOTS) return;
  context.strokeStyle = colour;
  context.fillStyle = inside;
  context.lineWidth = 1.5;
  for (const [across, down] of places) {
    context.beginPath();
    context.arc(across, down, 2.5, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}

/**
 * What the rings are, at the right end.
 * @param {CanvasRenderingContext2D} context
 * @param {Lanes} lanes
 * @param {number} y  of its middle
 * @param {string} text
 * @param {string} colour
 * @param {string} paper
 */
function drawKey(context, { left, width, letter }, y, text, colour, paper) {
  const right = left + width - 10;
  const say = writer(context, letter);
  context.font = `${letter}px system-ui, sans-serif`;
  const wide = context.measureText(text).width;
  context.globalAlpha = 0.8;
  context.fillStyle = paper;
  context.fillRect(right - wide - 14, y - letter / 2 - 3, wide + 17, letter + 6);
  context.globalAlpha = 1;
  drawChecks(context, [[right - wide - 7, y]], colour, paper);
  say(colour, text, right, y + 0.36 * letter, "right");
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
