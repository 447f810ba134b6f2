// Ink to the 28x28 frame: the same numbers as handlens.reading.frame, by tests/golden/frame.

import assert from "node:assert/strict";
import { test } from "node:test";

import { InkError } from "#app/errors.js";
import { frame, toSource } from "#app/reading/frame.js";
import { fromGray } from "#app/reading/picture.js";
import { close, frameAgrees } from "./compare.js";
import { frames } from "./golden.js";

for (const [file, golden] of frames()) {
  // 1/255 is promised; the files have 7 decimals.
  test(`${file}: ${golden.what}`, () => frameAgrees(golden, 2e-7));
}

test("the golden files are there", () => assert.ok(frames().length >= 17));

test("a point of the frame is found again in the source", () => {
  const data = new Float32Array(60 * 60);
  for (let y = 10; y < 50; y++) data[y * 60 + 30] = 1;
  const found = frame({ height: 60, width: 60, data });
  assert.deepEqual(found.box, { top: 10, left: 30, bottom: 50, right: 31 });
  assert.equal(found.scale, 0.5);
  const [row, column] = toSource(found, found.shift[0], found.shift[1]);
  assert.deepEqual([row, column], found.corner);
  assert.deepEqual(toSource(found, found.shift[0] + 20, found.shift[1] + 20), [row + 40, column + 40]);
});

test("bytes, 16 bits and floats of the same picture give the same ink", () => {
  const bytes = Uint8Array.of(200, 200, 200, 200, 10, 200, 200, 200, 150);
  const picture = (data) => ({ height: 3, width: 3, data });
  const expected = fromGray(picture(bytes));
  assert.deepEqual(expected.data[4], 1);
  close(fromGray(picture(Uint16Array.from(bytes, (x) => x * 257))).data, expected.data, 1e-6, "16 bits");
  close(fromGray(picture(Float32Array.from(bytes, (x) => x / 255))).data, expected.data, 1e-6, "floats");
});

test("the paper is the median of the outermost pixels, each counted once", () => {
  const column = { height: 4, width: 1, data: Uint8Array.of(10, 20, 40, 255) };
  close(fromGray(column).data, [0, 0, 10 / 225, 1], 1e-6, "paper at 30");
  const halves = { height: 4, width: 2, data: Uint8Array.of(0, 100, 0, 100, 0, 100, 0, 100) };
  close(fromGray(halves).data, [0, 1, 0, 1, 0, 1, 0, 1], 1e-6, "paper at 50");
});

test("ink never leaves 0…1 by rounding", () => {
  // In float32, their difference times its inverse is above 1.
  const [paper, stroke] = [0.07676234841346741, 0.008920605294406414];
  const { data } = fromGray({ height: 1, width: 3, data: Float32Array.of(paper, paper, stroke) });
  assert.deepEqual(data, Float32Array.of(0, 0, 1));
});

test("a pixel of less than an eighth of the brightest doesn't widen the box", () => {
  const boxed = (haze) => frame({ height: 1, width: 5, data: Float32Array.of(haze, 0, 0.8, 0, 0) }).box.left;
  assert.deepEqual([0.09, 0.1, 0.11].map(boxed), [2, 2, 0]);
});

test("symmetric ink goes to the same place, whatever the last bits of a sum", () => {
  for (let side = 2; side < 60; side++) {
    const data = new Float32Array(side * side);
    for (let i = 0; i < data.length; i++) {
      const [y, x] = [Math.floor(i / side), i % side];
      data[i] = 0.5 + 0.49 * Math.sin(Math.min(y, side - 1 - y) * 3 + Math.min(x, side - 1 - x));
    }
    data[0] = data[side - 1] = data[data.length - side] = data[data.length - 1] = 1;
    assert.deepEqual(frame({ height: side, width: side, data }).shift, [4, 4], `side ${side}`);
  }
});

test("the shift stops where ink would be cut off at the bottom, too", () => {
  const data = new Float32Array(60 * 40);
  data.fill(1, 0, 40 * 8);
  for (let y = 8; y < 60; y++) data[y * 40 + 20] = 1;
  const { shift, pixels } = frame({ height: 60, width: 40, data });
  assert.equal(shift[0], 8);
  assert.ok(pixels.subarray(27 * 28).some((value) => value > 0));
});

test("what is no picture, or blank, is refused with the reason", () => {
  const refuses = (run, message) =>
    assert.throws(run, (error) => error instanceof InkError && message.test(error.message), String(message));
  const picture = (height, width, data) => ({ height, width, data });
  refuses(() => frame(picture(1, 2, Float32Array.of(0, 0))), /no ink found: every pixel is 0/);
  refuses(() => frame(picture(1, 2, Float32Array.of(0, 2))), /values from 0 to 2; expected 0 … 1/);
  refuses(() => frame(picture(1, 2, Float32Array.of(NaN, 1))), /values from NaN to NaN/);
  refuses(() => frame(picture(2, 2, Float32Array.of(0, 1))), /has 2 values for 2 x 2 pixels/);
  refuses(() => frame(picture(0, 2, new Float32Array(0))), /is 0 x 2 pixels; expected 1 to 10000/);
  refuses(() => fromGray(picture(1, 10_001, new Uint8Array(10_001))), /is 1 x 10001 pixels/);
  refuses(
    () => fromGray(picture(2, 2, Uint8Array.of(9, 9, 9, 15))),
    /no ink found: .* 0.024 of the full range, less than 0.031/,
  );
  refuses(() => fromGray(picture(1, 2, Uint16Array.of(0, 300))), /no ink found: .* 0.002 of the full range/);
  refuses(() => fromGray(picture(1, 1, Float32Array.of(1.5))), /values from 1.5 to 1.5/);
});
