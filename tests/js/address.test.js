// The page's state in its address, and drawings as short texts.

import assert from "node:assert/strict";
import { test } from "node:test";

import { readAddress, writeAddress } from "#app/look/address.js";
import { decodeStrokes, encodeStrokes, LONGEST } from "#app/look/strokes.js";

const WHOLE = {
  run: "first",
  step: 300,
  digit: { set: "test", index: 17 },
  unit: { stage: "conv1", index: 123 },
  show: "gradients",
  axis: "steps",
};

test("an address is readable, and comes back", () => {
  const hash = "#run=first&step=300&digit=test:17&unit=conv1:123&show=gradients&axis=steps";
  assert.equal(writeAddress(WHOLE), hash);
  assert.deepEqual(readAddress(hash), WHOLE);
  assert.deepEqual(readAddress(hash.slice(1)), WHOLE);
  const odd = { run: "a&b=c #1/ü%", step: 0, unit: { stage: "relu:2 x", index: 0 } };
  assert.deepEqual(readAddress(writeAddress(odd)), odd);
  const ink = [
    [
      [0, 0],
      [1, 1],
    ],
    [[0.2, 0.4]],
  ];
  assert.deepEqual(readAddress(writeAddress({ ink })), { ink });
});

test("each room that is open has a key of its own", () => {
  const hash = "#step=3&mistakes=cell.4.9&why=open";
  const rooms = { mistakes: "cell.4.9", why: "" };
  assert.equal(writeAddress({ step: 3, rooms }), hash);
  assert.deepEqual(readAddress(hash, ["why", "mistakes", "filters"]), { step: 3, rooms });
  assert.deepEqual(readAddress(hash, ["filters", "constructor"]), { step: 3 });
  assert.deepEqual(readAddress(hash), { step: 3 });
  for (const bad of ["a/b", "a b", "", "x".repeat(201), "%", "<"]) {
    assert.deepEqual(readAddress(`why=${bad}`, ["why"]), {}, bad);
  }
});

test("what is usual is left out", () => {
  assert.equal(writeAddress({}), "");
  assert.equal(writeAddress({ show: "values", axis: "frames", ink: [] }), "");
  assert.equal(writeAddress({ step: 0 }), "#step=0");
  assert.deepEqual(readAddress(""), {});
  assert.deepEqual(readAddress("#"), {});
});

test("what makes no sense is left out, the rest stays", () => {
  const bad = [
    "step=-1",
    "step=1.5",
    "step=1e3",
    "step=",
    "step",
    "step=99999999999",
    "digit=17",
    "digit=test:",
    "digit=:17",
    "digit=test:x",
    "unit=conv1",
    "show=all",
    "axis=log",
    "run=",
    "run=%",
    "ink=$$",
    "ink=A",
    "ink=AAAA",
    "other=1",
    "__proto__=1",
    "=",
    "%=1",
  ];
  for (const part of bad) {
    assert.deepEqual(readAddress(`#${part}`), {}, part);
    const found = readAddress(`#digit=train:5&${part}`.replace("digit=train:5&digit", "digit"));
    assert.deepEqual(found, part.startsWith("digit") ? {} : { digit: { set: "train", index: 5 } }, part);
  }
});

/** A pen's path: a sum of waves, sampled often. */
function path(count, seed) {
  return Array.from({ length: count }, (_, i) => {
    const t = (i / count) * 6;
    return [0.5 + 0.4 * Math.sin(t + seed), 0.5 + 0.3 * Math.cos(1.7 * t) * Math.sin(seed + 0.3 * t)];
  });
}

/** How far a point lies from a stroke. */
function distance([x, y], stroke) {
  const each = stroke.map(([toX, toY], i) => {
    const [fromX, fromY] = stroke[Math.max(i - 1, 0)];
    const [dx, dy] = [toX - fromX, toY - fromY];
    const share = ((x - fromX) * dx + (y - fromY) * dy) / (dx * dx + dy * dy || 1);
    const at = Math.min(Math.max(share, 0), 1);
    return Math.hypot(x - fromX - at * dx, y - fromY - at * dy);
  });
  return Math.min(...each);
}

test("a drawing comes back to 1/200 of the pad", () => {
  for (const strokes of [[path(300, 1)], [path(80, 2), path(900, 3)], [path(4, 4), path(1, 5), path(2, 6)]]) {
    const text = encodeStrokes(strokes);
    assert.ok(text.length <= LONGEST && /^[\w-]+$/.test(text), text);
    const found = decodeStrokes(text);
    assert.equal(found.length, strokes.length);
    strokes.forEach((stroke, k) => {
      for (const point of stroke) assert.ok(distance(point, found[k]) <= 1 / 200);
      for (const point of found[k]) assert.ok(distance(point, stroke) <= 1 / 200);
      assert.ok(distance(stroke[0], [found[k][0]]) <= 1 / 200);
      assert.ok(distance(stroke[stroke.length - 1], [found[k][found[k].length - 1]]) <= 1 / 200);
    });
    assert.equal(encodeStrokes(found), text);
  }
});

test("a line needs two points, a dot one", () => {
  const line = Array.from({ length: 100 }, (_, i) => [i / 99, 0.2]);
  assert.deepEqual(decodeStrokes(encodeStrokes([line])), [
    [
      [0, 0.2],
      [1, 0.2],
    ],
  ]);
  assert.deepEqual(decodeStrokes(encodeStrokes([[[0.2, 0.4]]])), [[[0.2, 0.4]]]);
  const back = [
    [0.2, 0.2],
    [0.8, 0.2],
    [0.2, 0.2],
  ];
  assert.deepEqual(decodeStrokes(encodeStrokes([back])), [back]);
  const past = [
    [0.2, 0.2],
    [0.8, 0.2],
    [0.6, 0.2],
  ];
  assert.deepEqual(decodeStrokes(encodeStrokes([past])), [past]);
  assert.equal(encodeStrokes([]), "");
  assert.equal(encodeStrokes([[]]), "");
  assert.deepEqual(decodeStrokes(""), []);
});

test("a pen that leaves the pad stays at its edge", () => {
  assert.deepEqual(
    decodeStrokes(
      encodeStrokes([
        [
          [-3, 0.4],
          [0.2, 1.5],
        ],
      ]),
    ),
    [
      [
        [0, 0.4],
        [0.2, 1],
      ],
    ],
  );
});

test("a drawing that is too long has no text", () => {
  const scribble = Array.from({ length: 4000 }, (_, i) => [(i % 2) * 0.9, (i % 97) / 97]);
  assert.equal(encodeStrokes([scribble]), undefined);
  assert.equal(writeAddress({ step: 3, ink: [scribble] }), "#step=3");
});

test("a text that is no drawing is refused", () => {
  const text = (...bytes) =>
    btoa(String.fromCharCode(...bytes))
      .replace(/=/g, "")
      .replace(/\+/g, "-");
  assert.deepEqual(decodeStrokes(text(226, 51, 102)), [[[0.2, 0.4]]]);
  const beyond = [
    [226, 0, 9, 105],
    [226, 9, 0, 7],
    [226, 255, 9, 119],
    [226, 9, 255, 217],
  ];
  for (const bytes of [[112], [225, 1, 1], [226, 1], [226], [227, 1, 1], ...beyond]) {
    assert.equal(decodeStrokes(text(...bytes)), undefined, String(bytes));
  }
  assert.equal(decodeStrokes("!"), undefined);
  assert.equal(decodeStrokes("4jNm".repeat(376)), undefined);
});
