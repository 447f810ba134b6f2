// Strokes to ink, and to what the network is given.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Graph } from "#app/net/graph.js";
import { BRUSH, INK_SIDE, inkOfStrokes } from "#app/reading/strokes.js";
import { pixelsOfDigit, pixelsOfStrokes } from "#app/reading/input.js";
import { close } from "./compare.js";

const SEVEN = [
  [
    [0.2, 0.15],
    [0.8, 0.15],
    [0.45, 0.9],
  ],
];

/** A graph of that input shape that does nothing. */
function taking(shape) {
  const [channels, height, width] = shape;
  const features = channels * height * width;
  const classes = Array.from({ length: features }, (_, i) => String(i));
  return new Graph({
    input: { shape, mean: Array(channels).fill(0), std: Array(channels).fill(1) },
    classes,
    output: "flat",
    nodes: [
      {
        name: "flat",
        op: "flatten",
        inputs: ["input"],
        shape: [features],
        attrs: {},
        weights: {},
        stage: true,
      },
    ],
  });
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

test("a dot is a disc of the brush's width", () => {
  const { data } = inkOfStrokes([[[0.5, 0.5]]]);
  const radius = (BRUSH * INK_SIDE) / 2;
  assert.ok(Math.abs(sum(data) - Math.PI * radius ** 2) < 0.01 * Math.PI * radius ** 2);
  assert.equal(data[70 * INK_SIDE + 70], 1);
  close(data, [...data].reverse(), 1e-6, "a disc in the middle, turned round");
});

test("a line has the brush's width and round ends", () => {
  const { data } = inkOfStrokes([
    [
      [0.25, 0.5],
      [0.75, 0.5],
    ],
  ]);
  const width = BRUSH * INK_SIDE;
  const column = Array.from({ length: INK_SIDE }, (_, y) => data[y * INK_SIDE + 70]);
  close([sum(column)], [width], 1e-4, "width");
  const area = width * 0.5 * INK_SIDE + Math.PI * (width / 2) ** 2;
  assert.ok(Math.abs(sum(data) - area) < 0.002 * area, `${sum(data)} against ${area}`);
});

test("a line cut into pieces, or drawn twice or backwards, is the same ink", () => {
  const whole = inkOfStrokes([
    [
      [0.2, 0.3],
      [0.8, 0.6],
    ],
  ]).data;
  const pieces = inkOfStrokes([
    [
      [0.2, 0.3],
      [0.4, 0.4],
      [0.5, 0.45],
      [0.8, 0.6],
    ],
  ]).data;
  close(pieces, whole, 1e-5, "pieces");
  close(
    inkOfStrokes([
      [
        [0.8, 0.6],
        [0.2, 0.3],
      ],
      [
        [0.2, 0.3],
        [0.8, 0.6],
      ],
    ]).data,
    whole,
    1e-5,
    "twice",
  );
});

test("ink that leaves the pad is cut off; a point drawn again is no fault", () => {
  const { data } = inkOfStrokes([
    [
      [0, 0],
      [0, 0],
      [1, 0],
    ],
  ]);
  assert.equal(data[0], 1);
  assert.ok(data.every((value) => value >= 0 && value <= 1));
});

test("a seven that fills the pad has strokes of 2 to 3 pixels in the frame", () => {
  const { pixels, frame, source, label, from } = pixelsOfStrokes(SEVEN, taking([1, 28, 28]));
  const row = frame.shift[0] + 12;
  const across = sum(pixels.subarray(row * 28, row * 28 + 28));
  const slant = Math.hypot(0.35, 0.75) / 0.75; // a slanting stroke is cut slantwise
  assert.ok(across / slant > 1.8 && across / slant < 3, `${across / slant}`);
  assert.equal(pixels, frame.pixels);
  assert.equal(source.width, INK_SIDE);
  assert.deepEqual([label, from], [null, { kind: "drawing", strokes: SEVEN }]);
});

test("what was given keeps its strokes when the drawing goes on", () => {
  const strokes = [[[0.5, 0.5]]];
  const { from } = pixelsOfStrokes(strokes, taking([1, 28, 28]));
  strokes[0].push([0.6, 0.6]);
  strokes.push([[0, 0]]);
  assert.deepEqual(from.strokes, [[[0.5, 0.5]]]);
});

test("an empty pad is black, not a fault", () => {
  const { pixels, frame } = pixelsOfStrokes([], taking([3, 4, 5]));
  assert.deepEqual([pixels.length, Math.max(...pixels), frame], [60, 0, null]);
});

test("for other networks a drawing is fitted, the same in each channel", () => {
  const { pixels, frame } = pixelsOfStrokes(
    [
      [
        [0.5, 0],
        [0.5, 1],
      ],
    ],
    taking([3, 32, 16]),
  );
  assert.equal(frame, null);
  assert.equal(pixels.length, 3 * 32 * 16);
  close(pixels.subarray(512, 1024), pixels.subarray(0, 512), 0, "green");
  close(pixels.subarray(1024), pixels.subarray(0, 512), 0, "blue");
  // A pad's middle half, 70 pixels, on 16 columns: the stroke of 140 / 12 pixels covers 2.67 of them.
  close([sum(pixels.subarray(16 * 16, 17 * 16))], [(140 / 12 / 70) * 16], 1e-5, "width");
});

test("an item of a set brings its label and its place", async () => {
  const run = {
    set: async () => ({ indices: Int32Array.of(4, 9), labels: Int32Array.of(7, 2) }),
    digit: async (set, position) => Float32Array.of(position),
  };
  const { pixels, label, from, frame } = await pixelsOfDigit(run, "test", 1);
  assert.deepEqual([...pixels, label, frame], [1, 2, null]);
  assert.deepEqual(from, { kind: "digit", set: "test", index: 9, position: 1 });
});
