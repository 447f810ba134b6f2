// The lens's and the operation view's arithmetic of places, colours and windows.

import assert from "node:assert/strict";
import { test } from "node:test";

import { explain } from "#app/look/arithmetic.js";
import { diverging, tables } from "#app/look/colours.js";
import { largest } from "#app/widgets/lens/bars.js";
import { cell } from "#app/widgets/lens/cell.js";
import { entries } from "#app/widgets/lens/conv.js";
import { curve, histogram } from "#app/widgets/lens/curve.js";
import { faceOf, indexAt, rowsOfMaps } from "#app/widgets/lens/face.js";
import { gradientWords } from "#app/widgets/lens/gradient.js";
import { countedOut } from "#app/widgets/lens/join.js";
import { entries as linearEntries } from "#app/widgets/lens/linear.js";
import { across, beside, mapsBehind, unitOf, unitWords } from "#app/widgets/lens/place.js";
import { Shade, ofStage } from "#app/widgets/lens/shade.js";
import { tilesAcross } from "#app/widgets/lens/tilesheet.js";
import { titleOf } from "#app/widgets/operation/head.js";
import { outcome } from "#app/widgets/operation/plain.js";
import { aroundCell, windowAt } from "#app/widgets/operation/window.js";
import { wordsOf } from "#app/widgets/operation/words.js";
import { Network } from "#app/net/network.js";
import { OPS } from "#app/net/ops/table.js";
import { cases } from "./golden.js";

const [{ graph: TUTORIAL }] = cases("tutorial");
const NETWORKS = new Map(cases("networks").map((found) => [found.name, found]));
const OPERATIONS = new Map(cases("operations").map((found) => [found.name, found]));

test("places are counted from 1, and in the stage's own terms", () => {
  const words = (stage, index) => unitWords(TUTORIAL, { stage, index });
  assert.equal(words("conv1", 2 * 784 + 3 * 28 + 4), "conv1, map 3, row 4, column 5");
  assert.equal(words("input", 29), "input, row 2, column 2");
  assert.equal(words("flatten", 0), "flatten, number 1");
  assert.equal(words("logits", 7), "logits, for “7”");
  assert.equal(
    unitWords(OPERATIONS.get("linear, of a plane").graph, { stage: "it", index: 8 }),
    "it, row 2, number 4",
  );
});

test("from stage to stage the relative place is kept, and it is always in the stage", () => {
  const place = 2 * 784 + 10 * 28 + 13;
  assert.deepEqual(across(TUTORIAL, { stage: "relu1", index: place }, "pool1"), {
    stage: "pool1",
    index: 2 * 196 + 5 * 14 + 6,
  });
  assert.deepEqual(across(TUTORIAL, { stage: "pool2", index: 3 * 7 + 3 }, "conv1"), {
    stage: "conv1",
    index: 14 * 28 + 14,
  });
  for (const from of TUTORIAL.stages) {
    for (const to of TUTORIAL.stages) {
      const length = (stage) => TUTORIAL.shape(stage).reduce((a, b) => a * b, 1);
      for (const index of [0, length(from) - 1]) {
        const found = across(TUTORIAL, { stage: from, index }, to).index;
        assert.ok(Number.isInteger(found) && found >= 0 && found < length(to), `${from} → ${to}: ${found}`);
      }
    }
  }
});

test("beside a map is the next one; none beyond the last", () => {
  assert.deepEqual(beside(TUTORIAL, { stage: "conv1", index: 5 }, 1), { stage: "conv1", index: 789 });
  assert.equal(beside(TUTORIAL, { stage: "conv1", index: 5 }, -1), null);
  assert.equal(beside(TUTORIAL, { stage: "logits", index: 9 }, 1), null);
  assert.deepEqual(beside(TUTORIAL, { stage: "logits", index: 9 }, -1), { stage: "logits", index: 8 });
});

test("behind a flat stage are the maps it was laid out from, unless numbers were mixed", () => {
  assert.equal(mapsBehind(TUTORIAL, "flatten"), "pool2");
  assert.equal(mapsBehind(TUTORIAL, "conv2"), "conv2");
  assert.equal(mapsBehind(TUTORIAL, "logits"), null);
});

test("a unit of another network is none", () => {
  const network = { graph: TUTORIAL };
  assert.equal(unitOf({ network, unit: null }), null);
  assert.equal(unitOf({ network, unit: { stage: "conv9", index: 0 } }), null);
  assert.equal(unitOf({ network, unit: { stage: "logits", index: 10 } }), null);
  assert.deepEqual(unitOf({ network, unit: { stage: "logits", index: 9 } }), { stage: "logits", index: 9 });
});

test("cells hold a number in five characters and a sign", () => {
  const pairs = [
    [0, "0"],
    [-0.0004, "0.00"],
    [0.534, "0.53"],
    [-0.534, "−0.53"],
    [9.996, "10.0"],
    [99.96, "100"],
    [-12.34, "−12.3"],
    [1234.4, "1234"],
    [31000, "3e4"],
    [NaN, "NaN"],
    [-Infinity, "−∞"],
  ];
  for (const [value, text] of pairs) assert.equal(cell(value), text);
});

test("the largest terms by size, and what is left", () => {
  assert.deepEqual(largest([1, -3, 2, 0.5], 2), { named: [1, 2], others: 2, rest: 1.5 });
  assert.deepEqual(largest([1], 5), { named: [0], others: 0, rest: 0 });
});

test("what the ledger of a convolution lists adds up to its value", () => {
  const arithmetic = {
    stage: "conv2",
    shape: [3, 5, 5],
    channels: Float64Array.of(0.5, -2, 0.25),
    bias: 0.125,
    value: -1.125,
  };
  const lines = entries(arithmetic, 1);
  assert.deepEqual(
    lines.map(({ role, value }) => [role, value]),
    [
      ["sum", -2],
      ["others", 0.75],
      ["bias", 0.125],
      ["value", -1.125],
    ],
  );
  const single = entries({ ...arithmetic, shape: [1, 5, 5], channels: Float64Array.of(0.5) }, 0);
  assert.deepEqual(
    single.map(({ role }) => role),
    ["sum", "bias", "value"],
  );
});

test("no ledger lists a bias where there is none", () => {
  const conv = { stage: "it", shape: [1, 2, 2], channels: Float64Array.of(0.5), bias: undefined, value: 0.5 };
  const { graph, weights, images } = OPERATIONS.get("linear, of maps, no bias");
  const network = new Network(graph);
  network.load(weights);
  network.forward(images[0]);
  const linear = (stage) => {
    const ranges = { stages: { [stage]: 1 }, tensors: {} };
    const view = { network, run: { graph, about: { ranges } }, tables: tables("light") };
    return linearEntries(explain(network, stage, 0, weights), view);
  };
  const roles = (lines) => [...new Set(lines.map(({ role }) => role))];
  assert.deepEqual(roles(entries(conv, 0)), ["sum", "value"]);
  assert.deepEqual(roles(linear("it")), ["term", "value"]);
  assert.ok(roles(linear("logits")).includes("bias"));
});

test("colours: the limit's beyond the limit too, zero's in the middle, yellow for what isn't finite", () => {
  const table = tables("light").diverging;
  const shade = new Shade(table, table.length - 1, -2, 2);
  assert.deepEqual(shade.pair(0), { colour: "rgb(255 255 255)", letters: "#000" });
  assert.deepEqual(shade.pair(5), shade.pair(2));
  assert.notDeepEqual(shade.pair(2), shade.pair(-2));
  assert.equal(shade.pair(2).letters, "#fff");
  assert.deepEqual(shade.pair(NaN), { colour: "rgb(255 213 0)", letters: "#000" });
  const out = new Uint32Array(3);
  shade.paint([9, 0, NaN, -2], 1, out);
  assert.deepEqual([...out], [table[127], table[255], table[0]]);
});

test("a stage's colours end at its limit, and none of them is the yellow", () => {
  const ranges = { stages: { conv1: 3 }, tensors: {} };
  const view = { run: { graph: TUTORIAL, about: { ranges } }, tables: tables("light") };
  const shade = ofStage(view, "conv1");
  assert.equal(shade.pair(3).colour, `rgb(${diverging(1, "light").join(" ")})`);
  assert.equal(shade.pair(-3).colour, `rgb(${diverging(-1, "light").join(" ")})`);
});

test("the input's colours are its pixels': 0 is black whatever the mean", () => {
  const { graph } = NETWORKS.get("rgb, normalised");
  const view = { run: { graph, about: { ranges: { stages: {}, tensors: {} } } }, tables: tables("dark") };
  const [mean, std] = [graph.input.mean[2], graph.input.std[2]];
  const shade = ofStage(view, "input", 2);
  assert.equal(shade.pair((0 - mean) / std).colour, "rgb(0 0 0)");
  assert.equal(shade.pair((1 - mean) / std).colour, "rgb(255 255 255)");
});

test("a curve is what the network computes; a histogram counts every finite number once", () => {
  const { x, y } = curve({ op: "leaky_relu", attrs: { slope: 0.5 } }, 2);
  assert.deepEqual([x[0], y[0], x[120], y[120]], [-2, -1, 2, 2]);
  assert.deepEqual([...histogram([9, -3, -0.5, 0.5, 0.6, NaN, 7], 1, 6, 1, 4)], [1, 1, 0, 3]);
});

test("a face: the map around a number; single numbers fold into rows", () => {
  const face = faceOf([3, 4, 5], 27);
  assert.deepEqual(face, { map: 1, start: 20, count: 20, height: 4, width: 5, row: 1, column: 2 });
  assert.equal(indexAt(face, 1, 2), 27);
  assert.equal(indexAt(face, -3, 99), 24);
  const folded = faceOf([100], 99);
  assert.deepEqual([folded.width, folded.height, folded.row, folded.column], [15, 7, 6, 9]);
  assert.equal(indexAt(folded, 6, 14), 99);
  assert.deepEqual(rowsOfMaps([32, 7, 7], 50).row, 1);
  assert.deepEqual(rowsOfMaps([32, 7, 7], 50).column, 1);
});

test("the window lies where the operation reads, and a cell finds the window around it", () => {
  const attrs = { kernel: [5, 5], stride: [1, 1], padding: [2, 2], dilation: [1, 1] };
  assert.deepEqual(windowAt(attrs, 0, 3), { top: -2, left: 1, height: 5, width: 5 });
  assert.deepEqual(aroundCell(attrs, 10, 7), [10, 7]);
  const pool = { kernel: [2, 2], stride: [2, 2], padding: [0, 0] };
  assert.deepEqual(windowAt(pool, 3, 1), { top: 6, left: 2, height: 2, width: 2 });
  for (let row = 0; row < 8; row++) {
    const { top } = windowAt(pool, aroundCell(pool, row, 0)[0], 0);
    assert.ok(top <= row && row < top + 2, `row ${row} in the window from ${top}`);
  }
});

test("a number of a source is found again where its operation put it", () => {
  for (const name of ["inception", "residual"]) {
    const { graph } = NETWORKS.get(name);
    for (const { name: stage, op, inputs } of graph.nodes) {
      if (op !== "concat") continue;
      const length = (source) => graph.shape(source).reduce((a, b) => a * b, 1);
      const found = inputs.flatMap((source) =>
        Array.from({ length: length(source) }, (_, index) => outcome(graph, stage, { stage: source, index })),
      );
      assert.deepEqual(
        found.sort((a, b) => a - b),
        found.map((_, i) => i),
      );
    }
  }
  assert.equal(countedOut([32, 7, 7], 300), ": (7 − 1) × 49 + (1 − 1) × 7 + 7 = 301");
});

test("tiles fill a sheet", () => {
  assert.equal(tilesAcross(32, 7, 7), 9);
  assert.equal(tilesAcross(1, 7, 7), 1);
});

test("the gradient in words, with the right direction", () => {
  const view = (gradient) => ({ network: { graph: TUTORIAL, gradient: () => [gradient] }, label: 7 });
  const unit = { stage: "conv1", index: 0 };
  assert.equal(
    gradientWords(view(-0.0031), unit),
    "d loss / d value = −0.0031: making this value larger would lower the loss: more belief in “7”.",
  );
  assert.match(gradientWords(view(0.5), unit), /would raise the loss: less belief in “7”/);
  assert.match(gradientWords(view(0), unit), /changes nothing/);
  assert.match(gradientWords(view(NaN), unit), /blown up/);
});

test("every operation has a formula, a sentence and a title", () => {
  for (const op of ["input", ...OPS.keys()]) {
    const { formula, said } = wordsOf(op, { kernel: [5, 5], stride: [1, 1], slope: 0.01 }, true);
    assert.ok(formula.length > 5 && said.endsWith("."), op);
    const depth = formula.split("<").length;
    assert.equal(formula.split("</").length * 2 - 1, depth, `${op}: every tag is closed`);
  }
  assert.equal(titleOf(TUTORIAL, { stage: "conv1", index: 2 * 784 }), "How conv1 computes map 3");
  assert.equal(titleOf(TUTORIAL, { stage: "logits", index: 7 }), "How logits computes its number for “7”");
  assert.equal(titleOf(TUTORIAL, { stage: "flatten", index: 0 }), "Where flatten takes number 1 from");
});

test("a formula has a bias where there is one, and a stride is said that isn't 1", () => {
  const attrs = (...stride) => ({ kernel: [5, 5], stride });
  const plain = (formula) => formula.replaceAll(/<[^>]*>/g, "");
  assert.equal(plain(wordsOf("conv", attrs(1, 1), true).formula), "y = Σ xpatch · wkernel + b");
  assert.equal(plain(wordsOf("conv", attrs(1, 1), false).formula), "y = Σ xpatch · wkernel");
  assert.equal(plain(wordsOf("linear", {}, true).formula), "yj = Σi xi · wij + bj");
  assert.equal(plain(wordsOf("linear", {}, false).formula), "yj = Σi xi · wij");
  assert.match(wordsOf("conv", attrs(1, 1), true).said, /^One kernel of 5×5 numbers slides over the map\. /);
  assert.match(wordsOf("conv", attrs(2, 2), true).said, / slides over the map, 2 pixels at a time\. /);
});
