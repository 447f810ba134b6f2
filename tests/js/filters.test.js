// The room of the filters: its layers, its address, its film, its words, and the resource a frame that it reads.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Series } from "#app/app/series.js";
import { Unreachable } from "#app/errors.js";
import { answersOf, dead, dreamsOf, twinOf } from "#app/look/filters/answers.js";
import {
  byStrength,
  columnsOf,
  kernelOf,
  layFilm,
  limitOf,
  nearest,
  tileForm,
  tileOf,
} from "#app/look/filters/kernels.js";
import { indexOf, layersOf, middle, unitAt } from "#app/look/filters/layers.js";
import { readState, writeState } from "#app/look/filters/state.js";
import {
  channelName,
  lifeWords,
  rowsWords,
  shortName,
  twinWords,
  unitName,
} from "#app/look/filters/words.js";
import { receptive } from "#app/look/field.js";
import { Graph } from "#app/net/graph.js";

const node = (name, op, inputs, shape, attrs = {}, weights = {}) => ({
  ...{ name, op, inputs, shape, attrs, weights, stage: true },
});
const window = (kernel, padding = [0, 0]) => ({ kernel, stride: kernel, padding });
const conv = (channels, kernel, padding) => ({
  ...{ channels, kernel, stride: [1, 1], padding, dilation: [1, 1], groups: 1 },
});
const GRAPH = new Graph({
  input: { shape: [1, 8, 8], mean: [0], std: [1] },
  classes: ["a", "b"],
  output: "logits",
  nodes: [
    node("conv one", "conv", ["input"], [3, 8, 8], conv(3, [3, 3], [1, 1]), { weight: "w1" }),
    node("relu1", "relu", ["conv one"], [3, 8, 8]),
    node("pool", "maxpool", ["relu1"], [3, 4, 4], window([2, 2])),
    node("conv2", "conv", ["pool"], [2, 4, 3], conv(2, [1, 2], [0, 0]), { weight: "w2" }),
    node("flat", "flatten", ["conv2"], [24]),
    node("hidden", "linear", ["flat"], [5], { features: 5 }, { weight: "w3" }),
    node("logits", "linear", ["hidden"], [2], { features: 2 }, { weight: "w4" }),
  ],
});
const FACTS = {
  items: 40,
  layers: [
    { name: "conv one", units: 3, sums: "conv one", answers: "relu1", rectified: true },
    { name: "conv2", units: 2, sums: "conv2", answers: "conv2", rectified: false },
    { name: "hidden", units: 5, sums: "hidden", answers: "hidden", rectified: false },
    { name: "logits", units: 2, sums: "logits", answers: "logits", rectified: false },
  ],
};
const { layers } = layersOf(GRAPH, { filters: FACTS });
const [first, second, hidden, last] = layers;

test("a kernel has the form of what it weighs", () => {
  const forms = layers.map(({ reads, channels, height, width }) => [reads, channels, height, width]);
  assert.deepEqual(forms, [
    ["input", 1, 3, 3],
    ["pool", 3, 1, 2],
    ["conv2", 2, 4, 3],
    ["hidden", 5, 1, 1],
  ]);
});

test("a recording that says nothing of its layers is refused", () => {
  assert.throws(() => layersOf(GRAPH, { filters: { items: 1 } }), /rooms.filters: field 'layers' is missing/);
});

test("a number and its unit lead to each other", () => {
  assert.equal(indexOf([3, 8, 8], first, 2, 17), 2 * 64 + 17);
  assert.equal(indexOf([5], hidden, 4, 0), 4);
  assert.equal(indexOf([7, 5], hidden, 4, 3), 19);
  for (const [shape, layer] of [
    [[3, 8, 8], first],
    [[7, 5], hidden],
  ]) {
    assert.equal(unitAt(shape, layer, indexOf(shape, layer, 2, 5)), 2);
  }
});

test("the middle's receptive field lies in the middle", () => {
  const index = indexOf([3, 8, 8], first, 1, middle([3, 8, 8], first));
  const box = { channels: [0, 1], top: 3, left: 3, bottom: 6, right: 6 };
  assert.deepEqual(receptive(GRAPH, "conv one", index).get("input"), box);
  assert.equal(middle([5], hidden), 0);
});

test("a state leads back to its unit, and what makes no sense to the first", () => {
  for (const layer of layers) {
    for (let unit = 0; unit < layer.units; unit++) {
      const state = writeState(layer, unit);
      assert.match(state, /^[\w.~-]{1,200}$/);
      assert.deepEqual(readState(state, layers), { layer, unit });
    }
  }
  assert.equal(writeState(first, 1), "conv~one.2");
  for (const text of ["", undefined, "conv9.1", "conv2"]) {
    assert.deepEqual(readState(text, layers), { layer: first, unit: 0 });
  }
  for (const text of ["conv2.0", "conv2.3", "conv2.x", "conv2.1.5"].slice(0, 3)) {
    assert.deepEqual(readState(text, layers), { layer: second, unit: 0 });
  }
});

test("channels are ordered by their strength", () => {
  const form = { channels: 3, height: 1, width: 2 };
  assert.deepEqual(byStrength(Float32Array.of(1, 1, 0, -2, 0.5, 0), form), [1, 0, 2]);
  assert.deepEqual(byStrength(new Float32Array(6), form), [0, 1, 2]);
  assert.deepEqual(byStrength(Float32Array.of(NaN, 1, 0, 0, 3, 0), form), [2, 0, 1]);
});

test("a unit's kernel is its own part of the weights", () => {
  const weights = new Map([["w2", { data: Float32Array.from({ length: 12 }, (_, i) => i) }]]);
  assert.deepEqual([...kernelOf(weights, second, 1)], [6, 7, 8, 9, 10, 11]);
});

test("a film has a kernel at each crossing of a frame and a channel", () => {
  const form = { channels: 4, height: 2, width: 3 };
  const kernels = [0, 100, undefined, 300].map(
    (from) => from !== undefined && Float32Array.from({ length: 24 }, (_, i) => from + i),
  );
  kernels[2] = undefined;
  const channels = [3, 0];
  const out = new Float32Array(2 * 2 * 4 * 3);
  layFilm(kernels, channels, form, out);
  for (let y = 0; y < 4; y++) {
    for (let x = 0; x < 12; x++) {
      const [column, row] = [Math.floor(x / 3), Math.floor(y / 2)];
      const expected = kernels[column]?.[channels[row] * 6 + (y % 2) * 3 + (x % 3)] ?? NaN;
      assert.equal(out[y * 12 + x], expected);
    }
  }
});

test("a tile is a channel, or all weights where a channel has one", () => {
  assert.deepEqual(tileForm(first), { height: 3, width: 3 });
  assert.deepEqual(tileForm(last), { height: 2, width: 3 });
  const kernel = Float32Array.of(0, 1, 2, 3, 4, 5);
  assert.deepEqual([...tileOf(kernel, second, 2)], [4, 5]);
  assert.deepEqual([...tileOf(kernel.subarray(0, 5), last, 2)], [0, 1, 2, 3, 4]);
});

test("a unit's colours end at its largest weight", () => {
  assert.equal(limitOf(Float32Array.of(0.5, -2, 1)), 2);
  for (const odd of [0, NaN, Infinity]) assert.equal(limitOf(Float32Array.of(odd, odd)), 1);
});

test("columns are the frames, or so many of them evenly", () => {
  assert.deepEqual(columnsOf([0, 1, 5], 4), [0, 1, 5]);
  const steps = Array.from({ length: 101 }, (_, i) => i * i);
  const chosen = columnsOf(steps, 11);
  assert.deepEqual(chosen, [0, 100, 400, 900, 1600, 2500, 3600, 4900, 6400, 8100, 10000]);
  assert.equal(nearest(chosen, 130), 1);
  assert.equal(nearest([0, 10], 5), 0);
});

/** units/… of conv2: the second is dead were it rectified, and like the first. */
function arrays() {
  const whole = (values) => ({
    shape: [2, 9],
    data: Int32Array.from({ length: 18 }, (_, i) => values[i] ?? -1),
  });
  return new Map([
    ["conv2/top", whole([4, 2])],
    ["conv2/place", whole([0, 11])],
    ["conv2/peak", { shape: [2, 9], data: new Float32Array(18) }],
    ["conv2/alive", { shape: [2], data: Uint8Array.of(128, 0) }],
    ["conv2/twin", { shape: [2], data: Int32Array.of(1, 0) }],
    ["conv2/alike", { shape: [2], data: Float32Array.of(0.97, 0.94) }],
  ]);
}

test("answers are read, and refused where they have another form", () => {
  const answers = answersOf(arrays(), second);
  assert.deepEqual([...answers.top.subarray(0, 3)], [4, 2, -1]);
  assert.deepEqual([twinOf(answers, 0), twinOf(answers, 1)], [1, -1]);
  assert.equal(dead(answers, second, 1), false); // it has no ReLU: below 0 is an answer too
  assert.equal(dead(answers, { ...second, rectified: true }, 1), true);
  const broken = arrays().set("conv2/alive", { shape: [3], data: new Uint8Array(3) });
  assert.throws(
    () => answersOf(broken, second),
    /'conv2\/alive' must be Uint8Array \[2\]; it is Uint8Array \[3\]/,
  );
});

test("what a unit is, and what is said of it", () => {
  const answers = answersOf(arrays(), second);
  assert.equal(unitName(GRAPH, second, 1), "conv2, filter 2");
  assert.equal(unitName(GRAPH, last, 1), "logits, unit for “b”");
  assert.equal(shortName(GRAPH, last, 0), "a");
  assert.equal(twinWords(GRAPH, answers, second, 0), "Answers as filter 2 does: 0.97");
  assert.equal(twinWords(GRAPH, answers, second, 1), "");
  const rectified = { ...second, rectified: true };
  assert.equal(
    lifeWords(answers, rectified, 0, "9 digits"),
    "It answers somewhere on 50\u00a0% of 9 digits.",
  );
  assert.match(lifeWords(answers, rectified, 1, "9 digits"), /^Never above 0 on any of 9 digits/);
  assert.equal(
    lifeWords(answers, second, 1, "9 digits"),
    "It gives more than 0 somewhere on none of 9 digits.",
  );
  // The share is rounded up: the largest code isn't all of them.
  const often = { ...answers, alive: Uint8Array.of(255, 254) };
  const words = [0, 1].map((unit) => lifeWords(often, rectified, unit, "9 digits"));
  assert.match(words[0], /on more than 99\u00a0% of 9 digits/);
  assert.match(words[1], /on 99\u00a0% of 9 digits/);
  assert.equal(channelName(GRAPH, first, 0), "pixels");
  assert.equal(channelName(GRAPH, second, 2), "map 3");
  assert.equal(channelName(GRAPH, last, 2), "no. 3");
  assert.equal(rowsWords(GRAPH, last, 5), "What it weighs of hidden, frame by frame");
  assert.equal(
    rowsWords(GRAPH, second, 2),
    "What it weighs of pool, frame by frame: the 2 strongest of 3 maps",
  );
  assert.equal(rowsWords(GRAPH, first, 1), "What it weighs of the picture, frame by frame");
});

test("dreams are a unit's own; of a large network not all have some", () => {
  const pictures = Uint8Array.from({ length: 2 * 3 * 64 }, (_, i) => i);
  const made = new Map([
    ["steps", { shape: [2], data: Int32Array.of(0, 9) }],
    ["hidden/pictures", { shape: [2, 3, 1, 8, 8], data: pictures }],
    ["hidden/values", { shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) }],
  ]);
  const found = dreamsOf(made, hidden, 1, [1, 8, 8]);
  assert.deepEqual(found.values, [1, 4]);
  assert.deepEqual([...found.pictures[1]], [...pictures.subarray(4 * 64, 5 * 64)]);
  assert.deepEqual(dreamsOf(made, hidden, 3, [1, 8, 8]).pictures, []);
  made.get(`${hidden.name}/values`).data[1] = -Infinity; // nothing it gave was finite
  const later = dreamsOf(made, hidden, 1, [1, 8, 8]);
  assert.deepEqual([[...later.steps], later.values], [[found.steps[1]], [4]]);
  assert.deepEqual([...later.pictures[0]], [...pictures.subarray(4 * 64, 5 * 64)]);
});

/** A recording whose parts come when `give` says so. */
function slowRun(status, steps = [0, 1, 2, 3, 4]) {
  const [here, waiting, asked] = [new Map(), new Map(), []];
  return {
    asked,
    about: { status },
    steps,
    partHere: (key) => here.get(key),
    part(key) {
      asked.push(key);
      return new Promise((resolve, reject) => waiting.set(key, { resolve, reject }));
    },
    async give(key, error) {
      const { resolve, reject } = waiting.get(key);
      if (error) reject(error);
      else here.set(key, new Map([["key", key]]));
      resolve(here.get(key));
      await new Promise((done) => setImmediate(done));
    },
  };
}

test("the frame that is looked at comes first, then the others coarse to fine, one at a time", async () => {
  let came = 0;
  const series = new Series(
    (_, step) => `u/${step}`,
    () => came++,
  );
  const run = slowRun("finished");
  assert.equal(series.at(run, 3), undefined);
  assert.equal(series.at(run, 1), undefined);
  assert.deepEqual(run.asked, ["u/3"]);
  await run.give("u/3");
  assert.deepEqual([came, run.asked.at(-1)], [0, "u/1"]); // nobody looks at 3 any more
  await run.give("u/1");
  assert.equal(came, 1);
  assert.equal(series.at(run, 1)?.get("key"), "u/1");
  await run.give("u/0");
  await run.give("u/4");
  series.stop();
  await run.give("u/2");
  assert.deepEqual(run.asked, ["u/3", "u/1", "u/0", "u/4", "u/2"]);
});

test("of a training that goes on only what is looked at is asked for", async () => {
  let came = 0;
  const series = new Series(
    (_, step) => `u/${step}`,
    () => came++,
  );
  const run = slowRun("running");
  series.at(run, 2);
  await run.give("u/2");
  assert.deepEqual(run.asked, ["u/2"]);
  series.at(run, 3);
  series.at(run, 4); // it has gone on meanwhile
  assert.equal(came, 1);
  await run.give("u/3");
  assert.deepEqual([came, series.latest?.step, run.asked], [2, 3, ["u/2", "u/3", "u/4"]]);
  assert.equal(series.latest?.arrays.get("key"), "u/3");
});

test("closed, it asks for nothing more", async () => {
  const series = new Series(
    (_, step) => `u/${step}`,
    () => {},
  );
  const run = slowRun("finished");
  series.at(run, 2);
  series.stop();
  await run.give("u/2");
  assert.deepEqual(run.asked, ["u/2"]);
});

test("what can't be had is said and not asked for again, unless the server was away", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let came = 0;
  const series = new Series(
    (_, step) => `u/${step}`,
    () => came++,
  );
  const run = slowRun("running");
  series.at(run, 1);
  await run.give("u/1", new Error("damaged"));
  assert.deepEqual([series.fault, came], ["damaged", 1]);
  series.at(run, 1);
  assert.deepEqual(run.asked, ["u/1"]);
  series.at(run, 2);
  assert.equal(series.fault, "");
  await run.give("u/2", new Unreachable("away"));
  assert.equal(series.fault, "away");
  context.mock.timers.tick(2000);
  assert.deepEqual(run.asked, ["u/1", "u/2", "u/2"]);
});
