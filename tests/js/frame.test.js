// Ink to the 28x28 frame: the same numbers as handlens.reading.frame, by tests/golden/frame.

import assert from "node:assert/strict";
import { test } from "node:test";

import { InkError } from "#app/errors.js";
import { frame, toSource } from "#app/reading/frame.js";
import { fromGray } from "#app/reading/picture.js";
import { close, frames } from "./golden.js";

function decoded({ height, width, uint8 }) {
  return { height, width, data: Uint8Array.from(Buffer.from(uint8, "base64")) };
}

for (const [file, { what, gray, frame: expected }] of frames()) {
  test(`${file}: ${what}`, () => {
    const found = frame(fromGray(decoded(gray)));
    const { top, left, bottom, right } = found.box;
    assert.deepEqual([top, left, bottom, right], expected.box);
    assert.deepEqual(found.corner, expected.corner);
    assert.deepEqual(found.shift, expected.shift);
    close([found.scale, found.gain], [expected.scale, expected.gain], 1e-9, "scale and gain");
    close(found.pixels, expected.pixels.flat(), 2e-7, "pixels"); // 1/255 is promised; the files have 7 decimals
  });
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
  refuses(() => fromGray(picture(2, 2, Uint8Array.of(9, 9, 9, 15))), /no ink found: .* 0.024 of the full range, less than 0.031/);
  refuses(() => fromGray(picture(1, 1, Float32Array.of(1.5))), /values from 1.5 to 1.5/);
});
