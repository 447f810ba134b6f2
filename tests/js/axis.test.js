// The timeline's axis, and the order in which its frames answer.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Axis } from "#app/look/axis.js";
import { fillOrder } from "#app/look/strip.js";

// The frames of docs/recording.md.
const isFrame = (s) => (s & ((1 << Math.max(32 - Math.clz32(s) - 4, 0)) - 1)) === 0;
const FRAMES = [...Array.from({ length: 1650 }, (_, s) => s).filter(isFrame), 1650];
const KINDS = ["frames", "steps"];

test("frames are evenly spaced, steps between them on a line", () => {
  const axis = new Axis([0, 1, 2, 4, 10], 10, "frames");
  assert.deepEqual(
    [0, 1, 2, 4, 10].map((s) => axis.place(s)),
    [0, 0.25, 0.5, 0.75, 1],
  );
  assert.equal(axis.place(3), 0.625);
  assert.equal(axis.place(-4), 0);
  assert.equal(axis.place(99), 1);
  assert.equal(axis.step(0.625), 3);
});

test("or every step is as wide as another", () => {
  const axis = new Axis([0, 1, 2, 4, 10], 10, "steps");
  assert.deepEqual(
    [0, 1, 4, 10, 12].map((s) => axis.place(s)),
    [0, 0.1, 0.4, 1, 1],
  );
  assert.equal(axis.step(0.71), 7);
});

for (const kind of KINDS) {
  test(`${kind}: a frame's place is that frame's; places rise with the steps, back and forth`, () => {
    for (const [frames, total] of [
      [FRAMES, 1650],
      [FRAMES, 1700],
      [[0], 0],
      [[0], 9],
      [[5, 7], 7],
      [[7], 7],
    ]) {
      const axis = new Axis(frames, total, kind);
      for (const step of frames) assert.equal(axis.step(axis.place(step)), step);
      let before = -1;
      for (let step = frames[0]; step <= total; step++) {
        const place = axis.place(step);
        assert.ok(place > before || total === 0, `${step} of ${total}`);
        assert.ok(place >= 0 && place <= 1);
        assert.ok(Math.abs(axis.step(place) - step) <= 1);
        before = place;
      }
      assert.equal(axis.place(total + 5), total > 0 ? 1 : 0);
      assert.equal(axis.step(-1), frames.length > 1 ? frames[0] : 0); // before a frame alone lies its training
      assert.equal(axis.step(2), total);
    }
  });

  test(`${kind}: labels have room, and there are enough of them`, () => {
    for (const width of [30, 200, 333, 700, 1200, 3000]) {
      for (const frames of [FRAMES, FRAMES.slice(0, 5), FRAMES.filter((_, i) => i % 3 === 0), [0]]) {
        const axis = new Axis(frames, frames[frames.length - 1], kind);
        const ticks = axis.ticks(width);
        assert.equal(ticks[0], 0);
        for (let i = 1; i < ticks.length; i++) {
          const apart = (axis.place(ticks[i]) - axis.place(ticks[i - 1])) * width;
          assert.ok(apart >= 60 - 1e-9, `${ticks} at ${width}`);
        }
      }
    }
    const axis = new Axis(FRAMES, 1650, kind);
    assert.ok(axis.ticks(700).length >= 6);
    assert.ok(axis.ticks(200).length >= 2);
  });
}

test("labels are octaves of frames, or round numbers", () => {
  const ticks = new Axis(FRAMES, 1650, "frames").ticks(1000);
  assert.deepEqual(ticks, [0, 8, 16, 32, 64, 128, 256, 512, 1024, 1650]);
  assert.deepEqual(new Axis([0, 1, 2, 4], 4, "frames").ticks(300), [0, 1, 2, 4]);
  assert.deepEqual(new Axis([0, 1, 2, 4], 9, "frames").ticks(300), [0, 1, 2, 4]);
  const rounded = new Axis(FRAMES, 1650, "steps").ticks(360);
  assert.deepEqual(rounded, [0, 500, 1000, 1500]);
  assert.deepEqual(new Axis([0, 1, 2], 2, "steps").ticks(900), [0, 1, 2]);
  assert.deepEqual(new Axis([0], 0, "steps").ticks(900), [0]);
});

test("coarse to fine, every place once", () => {
  assert.deepEqual(fillOrder(9), [0, 8, 4, 2, 6, 1, 3, 5, 7]);
  assert.deepEqual(fillOrder(0), []);
  assert.deepEqual(fillOrder(1), [0]);
  assert.deepEqual(fillOrder(2), [0, 1]);
  for (const count of [3, 7, 70, 101]) {
    const order = fillOrder(count);
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      [...order.keys()],
    );
    assert.equal(order.length, count);
    // After k answers no gap is much longer than another.
    const half = [...order.slice(0, count >> 1)].sort((a, b) => a - b);
    const gaps = half.slice(1).map((place, i) => place - half[i]);
    assert.ok(Math.max(...gaps) <= 4, `${count}: ${gaps}`);
  }
});
