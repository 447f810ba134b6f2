// The colours of numbers: seen by everybody, comparable, and quickly painted.

import assert from "node:assert/strict";
import { test } from "node:test";

import { diverging, logarithmic, LOST, paint, paintLog, paintPicture, tables } from "#app/look/colours.js";
import { decode, encode, fromRgb, toRgb } from "#app/look/oklab.js";

const THEMES = ["light", "dark"];
const STEPS = Array.from({ length: 255 }, (_, i) => (i - 127) / 127);
const unpack = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
const apart = (one, other) => Math.hypot(...fromRgb(one).map((x, i) => x - fromRgb(other)[i]));

// Machado, Oliveira and Fernandes 2009, severity 1, on linear light.
const BLINDNESS = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};
const seen = (matrix, rgb) => {
  const light = rgb.map(decode);
  return matrix.map((row) => encode(row.reduce((sum, x, i) => sum + x * light[i], 0)));
};

test("OKLab: known colours, and back", () => {
  const close = (found, expected) => found.forEach((x, i) => assert.ok(Math.abs(x - expected[i]) < 1e-3));
  close(fromRgb([255, 255, 255]), [1, 0, 0]);
  close(fromRgb([255, 0, 0]), [0.628, 0.2249, 0.1258]); // published with the space
  close(fromRgb([0, 0, 255]), [0.452, -0.0325, -0.3115]);
  for (const rgb of [
    [0, 0, 0],
    [21, 24, 28],
    [255, 213, 0],
    [12, 200, 99],
  ]) {
    assert.deepEqual(toRgb(fromRgb(rgb)), rgb);
  }
});

for (const theme of THEMES) {
  test(`${theme}: lightness runs one way from zero on each side, in steps that are seen`, () => {
    const away = theme === "light" ? -1 : 1;
    const lightness = STEPS.map((t) => fromRgb(diverging(t, theme))[0] * away);
    for (let i = 128; i < 255; i++) assert.ok(lightness[i] > lightness[i - 1] - 1e-9, `above, ${i}`);
    for (let i = 126; i >= 0; i--) assert.ok(lightness[i] > lightness[i + 1] - 1e-9, `below, ${i}`);
    for (const end of [0, 254]) assert.ok(lightness[end] - lightness[127] > 0.5, "the ends");
    for (const weak of [-0.05, 0.05]) assert.ok(apart(diverging(weak, theme), diverging(0, theme)) > 0.06);
  });

  test(`${theme}: red and blue differ for everybody, and nothing looks like what is lost`, () => {
    for (const [name, matrix] of Object.entries(BLINDNESS)) {
      for (const t of [0.5, 1]) {
        const [above, below] = [diverging(t, theme), diverging(-t, theme)].map((rgb) => seen(matrix, rgb));
        assert.ok(apart(above, below) >= 0.2 * t, `${name} at ${t}: ${apart(above, below)}`);
      }
    }
    for (const t of STEPS) assert.ok(apart(diverging(t, theme), LOST) > 0.1, `${t}`);
    const [red, , blue] = diverging(0.7, theme);
    assert.ok(red > blue + 50);
    assert.ok(diverging(-0.7, theme)[2] > diverging(-0.7, theme)[0] + 50);
  });

  test(`${theme}: zero is the card's colour`, () => {
    assert.deepEqual(diverging(0, theme), theme === "light" ? [255, 255, 255] : [0x15, 0x18, 0x1c]);
  });
}

test("painted numbers have their colours; what isn't finite has its own", () => {
  const { diverging: table } = tables("light");
  const values = Float32Array.of(0, 2, -2, 9, -9, 1, NaN, Infinity, -Infinity, 3e38);
  const out = new Uint32Array(values.length);
  paint(values, 2, table, out);
  const expected = [0, 1, -1, 1, -1, 64 / 127, NaN, NaN, NaN, 1].map((t) => diverging(t, "light"));
  assert.deepEqual([...out].map(unpack), expected);
  assert.ok([...out].every((colour) => colour >>> 24 === 255));
  paint(Float32Array.of(3e38), 1e-9, table, out);
  assert.deepEqual(unpack(out[0]), diverging(1, "light"));
});

test("gradients: four decades a side, in proportion below", () => {
  const near = (found, expected) => assert.ok(Math.abs(found - expected) < 1e-9, `${found}`);
  near(logarithmic(0), 0);
  near(logarithmic(5e-5), 0.1);
  near(logarithmic(1e-4), 0.2);
  near(logarithmic(-1e-2), -0.6);
  near(logarithmic(1), 1);
  near(logarithmic(-50), -1);
  const { diverging: table } = tables("dark");
  const values = Float32Array.of(0, -0, 1e-4, -1e-2, 1, -70, NaN, Infinity, -Infinity, 3e-3, 2e-5, 1e-12);
  const out = new Uint32Array(values.length);
  paintLog(values, table, out);
  [...out].forEach((colour, i) => {
    const t = Number.isFinite(values[i]) ? logarithmic(values[i]) : NaN;
    const [place, wanted] = [table.indexOf(colour), 127 + 127 * Math.sign(t) * Math.abs(t) ** (4 / 3)];
    if (Number.isNaN(t)) assert.equal(place, 255);
    else assert.ok(Math.abs(place - wanted) <= 1, `${values[i]}: ${place}, not ${wanted}`);
  });
  const part = Float32Array.of(9, 9, 0, 1).subarray(2); // does not begin with its buffer
  paintLog(part, table, out);
  assert.deepEqual([out[0], out[1]], [table[127], table[254]]);
});

test("a picture, gray or in colours", () => {
  const { ink } = tables("light");
  const out = new Uint32Array(2);
  paintPicture(Float32Array.of(0, 0.5), 1, ink, out);
  assert.deepEqual([...out].map(unpack), [
    [0, 0, 0],
    [128, 128, 128],
  ]);
  paintPicture(Float32Array.of(1, 0, 0.2, 0, 0, 7), 3, ink, out);
  assert.deepEqual([...out], [0xff0033ff, 0xffff0000]);
});

test("50,000 values are painted in half a millisecond", () => {
  const { diverging: table } = tables("light");
  const values = Float32Array.from({ length: 50_000 }, (_, i) => Math.sin(i) * 3);
  const out = new Uint32Array(values.length);
  for (const run of [() => paint(values, 2, table, out), () => paintLog(values, table, out)]) {
    let best = Infinity;
    for (let i = 0; i < 200; i++) {
      const start = performance.now();
      run();
      best = Math.min(best, performance.now() - start);
    }
    assert.ok(best < 0.5, `${best} ms`);
  }
});
