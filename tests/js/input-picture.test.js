// Pictures to gray, to channels, and to what the network is given.

import assert from "node:assert/strict";
import { test } from "node:test";

import { InkError } from "#app/errors.js";
import { areaAverage } from "#app/reading/area.js";
import { coloursOf, grayOf, luma, onPaper } from "#app/reading/colour.js";
import { fit, middle } from "#app/reading/fit.js";
import { pixelsOfPicture } from "#app/reading/input.js";
import { close } from "./compare.js";

/** A coloured picture from rows of [red, green, blue, opacity]. */
function coloured(rows) {
  return { height: rows.length, width: rows[0].length, data: Uint8ClampedArray.from(rows.flat(2)) };
}

const gray = (picture) => [...grayOf(onPaper(picture)).data];
const graph = (...shape) => /** @type {any} */ ({ input: { shape } });

test("luma is Rec. 601's, by Pillow's integers", () => {
  // Image.new("RGB", (1, 1), colour).convert("L") of Pillow 12.3
  const known = [
    [255, 0, 0, 76],
    [0, 255, 0, 150],
    [0, 0, 255, 29],
    [255, 255, 255, 255],
    [1, 2, 3, 2],
    [0, 0, 0, 0],
  ];
  for (const [red, green, blue, expected] of known) assert.equal(luma(red, green, blue), expected);
});

const [INK, LIGHT, CLEAR, HALF] = [
  [20, 20, 20, 255],
  [240, 240, 240, 255],
  [0, 0, 0, 0],
  [250, 250, 250, 128],
];

test("what one sees through lies on white", () =>
  assert.deepEqual(gray(coloured([[INK, CLEAR]])), [20, 255]));

test("light ink on nothing lies on black", () => {
  assert.deepEqual(gray(coloured([[LIGHT, CLEAR]])), [240, 0]);
  assert.deepEqual(gray(coloured([[LIGHT, HALF]])), [240, 125]); // 250 * 128 / 255 = 125.49
});

test("one dark spot, and it lies on white after all", () => {
  assert.deepEqual(gray(coloured([[LIGHT, CLEAR, INK]])), [240, 255, 20]);
});

test("an opaque light picture stays as it is", () =>
  assert.deepEqual(gray(coloured([[LIGHT, LIGHT]])), [240, 240]));

test("the middle has the network's proportions", () => {
  assert.deepEqual(middle({ height: 100, width: 300 }, 28, 28), {
    top: 0,
    left: 100,
    height: 100,
    width: 100,
  });
  assert.deepEqual(middle({ height: 100, width: 50 }, 20, 40), { top: 37.5, left: 0, height: 25, width: 50 });
});

test("averages keep the mean, and don't change what has the size already", () => {
  const data = Float32Array.from({ length: 35 }, (_, i) => Math.sin(i) ** 2);
  const picture = { height: 5, width: 7, data };
  close(fit([picture], 1, [1, 5, 7]), data, 1e-6, "same size");
  const mean = (values) => values.reduce((total, value) => total + value, 0) / values.length;
  for (const [rows, columns] of [
    [2, 3],
    [1, 1],
    [11, 13],
  ]) {
    const whole = { top: 0, left: 0, bottom: 5, right: 7 };
    const averages = areaAverage(picture, whole, { top: 0, left: 0, height: 5, width: 7 }, rows, columns);
    close([mean(averages)], [mean(data)], 1e-6, `${rows} x ${columns}`);
  }
});

test("a region that begins within a pixel takes its share of it; outside the window is nothing", () => {
  const picture = { height: 1, width: 3, data: Float32Array.of(1, 0, 0.5) };
  const window = { top: 0, left: 0, bottom: 1, right: 3 };
  const average = (left, width) => areaAverage(picture, window, { top: 0, left, height: 1, width }, 1, 1)[0];
  close([average(0.5, 1), average(0.5, 2), average(-1, 2)], [0.5, 0.375, 0.5], 1e-12, "averages");
});

const RED = [255, 0, 0, 255];
const photo = coloured([
  [RED, INK, INK, RED],
  [RED, INK, INK, RED],
]);

test("a colour network gets red, green and blue of the middle, each in a plane", () => {
  const { pixels, frame, from } = pixelsOfPicture(photo, "photo.png", graph(3, 1, 2));
  assert.deepEqual([frame, from], [null, { kind: "picture", name: "photo.png" }]);
  const dark = 20 / 255;
  close(pixels, [0.5 + dark / 2, 0.5 + dark / 2, dark / 2, dark / 2, dark / 2, dark / 2], 1e-6, "planes");
});

test("other networks get gray in every channel", () => {
  const { pixels } = pixelsOfPicture(photo, "photo.png", graph(2, 1, 1));
  close(pixels, [20 / 255, 20 / 255], 1e-6, "gray");
});

test("a digit's network gets the ink framed, whichever side is dark", () => {
  const ink = (paper, stroke) =>
    coloured(
      Array.from({ length: 40 }, (_, y) =>
        Array.from({ length: 30 }, (_, x) => (x > 13 && x < 17 && y > 4 && y < 35 ? stroke : paper)),
      ),
    );
  const found = pixelsOfPicture(ink(LIGHT, INK), "one.png", graph(1, 28, 28));
  assert.deepEqual(found.frame.box, { top: 5, left: 14, bottom: 35, right: 17 });
  assert.equal(found.frame.scale, 20 / 30);
  close(pixelsOfPicture(ink(INK, LIGHT), "one.png", graph(1, 28, 28)).pixels, found.pixels, 1e-6, "turned");
  assert.equal(found.source.height, 40);
});

test("a blank picture is refused in words", () => {
  const blank = coloured([
    [LIGHT, LIGHT],
    [LIGHT, LIGHT],
  ]);
  assert.throws(() => pixelsOfPicture(blank, "blank.png", graph(1, 28, 28)), InkError);
});

test("one channel is shown gray, three in colour", () => {
  assert.deepEqual([...coloursOf([0, 1], [1, 1, 2])], [0, 0, 0, 255, 255, 255, 255, 255]);
  assert.deepEqual([...coloursOf([1, 0.2, 0], [3, 1, 1])], [255, 51, 0, 255]);
});
