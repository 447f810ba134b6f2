// Receptive fields: nothing outside a box matters, and its corners do.

import assert from "node:assert/strict";
import { test } from "node:test";

import { receptive } from "#app/look/field.js";
import { ravel, unravel } from "#app/look/place.js";
import { Graph } from "#app/net/graph.js";
import { Network } from "#app/net/network.js";
import { OPS } from "#app/net/ops/table.js";
import { size } from "#app/net/shapes.js";
import { cases } from "./golden.js";

const ALL = ["operations", "networks", "tutorial"].flatMap((group) => cases(group));
const TUTORIAL = ALL[ALL.length - 1];

/** Numbers of -1…1, the same in every run; the constants are those of Knuth's and Lewis's generator. */
function random(state) {
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function inBox(box, shape, index) {
  if ("from" in box) return index >= box.from && index < box.to;
  const [channel, row, column] = unravel(shape, index);
  const { channels, top, left, bottom, right } = box;
  const inMap = row >= top && row < bottom && column >= left && column < right;
  return inMap && channel >= channels[0] && channel < channels[1];
}

const NOTHING = { from: 0, to: 0 };

for (const { name, graph, weights } of ALL) {
  test(`outside its box nothing changes a number: ${name}`, () => {
    const draw = random(7);
    const network = new Network(graph);
    network.load(weights);
    const pixels = Float32Array.from({ length: size(graph.input.shape) }, draw);
    for (const stage of graph.shapes.keys()) {
      const length = size(graph.shape(stage));
      for (const index of new Set([0, Math.floor(length / 3), Math.floor(length / 2), length - 1])) {
        network.forward(pixels);
        const before = network.value(stage)[index];
        const box = receptive(graph, stage, index).get("input") ?? NOTHING;
        network.forward(pixels.map((x, i) => (inBox(box, graph.input.shape, i) ? x : 5 * draw())));
        assert.equal(network.value(stage)[index], before, `${stage} ${index}`);
      }
    }
  });
}

test("each operation by itself: what changes a number lies in its box, and reaches all its sides", () => {
  const tried = new Set();
  for (const { graph, weights } of ALL.filter(({ graph }) => graph.shapes.has("it"))) {
    const { op } = graph.node("it");
    tried.add(op);
    const network = new Network(graph);
    network.load(weights);
    const draw = random(3);
    const pixels = Float32Array.from({ length: size(graph.input.shape) }, () => 2 + draw());
    network.forward(pixels);
    const before = network.value("it").slice();
    // One number raised, so far that it wins every pool; then one lowered, lest softmax saturate.
    const changed = Array.from(pixels, (_, i) => {
      network.forward(pixels.map((x, k) => (k === i ? (op === "softmax" ? x - 1 : x + 9) : x)));
      return network.value("it").map((x, k) => Number(x !== before[k]));
    });
    for (let index = 0; index < before.length; index++) {
      const box = receptive(graph, "it", index).get("input") ?? NOTHING;
      const places = [...pixels.keys()].filter((i) => changed[i][index]);
      const hits = places.map((i) => unravel(graph.input.shape, i));
      if (hits.length === 0) assert.equal(box, NOTHING);
      else assert.deepEqual(box, boxAround(hits), `${op} ${index}`);
    }
  }
  assert.ok(tried.size >= OPS.size - 1, [...tried].join());
});

function boxAround(places) {
  const [low, high] = [Math.min, Math.max].map((most) =>
    [0, 1, 2].map((axis) => most(...places.map((place) => place[axis]))),
  );
  const [channels, rows, columns] = low.map((from, axis) => [from, high[axis] + 1]);
  return { channels, top: rows[0], left: columns[0], bottom: rows[1], right: columns[1] };
}

const node = (name, op, inputs, shape, attrs = {}, weights = {}) => {
  return { name, op, inputs, shape, attrs, weights, stage: true };
};

/** A chain of convolutions and mean pools, all weights above 0. */
function chain(draw) {
  const nodes = [];
  let [input, shape] = ["input", [2, 19, 17]];
  const pick = (...choices) => choices[Math.floor(((draw() + 1) / 2) * choices.length)];
  for (let i = 0; i < 3; i++) {
    const window = { kernel: [pick(1, 2, 3), pick(1, 2, 3)], stride: [pick(1, 2), pick(1, 2)] };
    const attrs =
      i === 1
        ? { ...window, padding: [0, 0], count_padding: true }
        : { ...window, padding: [pick(0, 1), 1], dilation: [1, pick(1, 2)], channels: 4, groups: pick(1, 2) };
    const op = i === 1 ? "avgpool" : "conv";
    shape = OPS.get(op).shape([shape], attrs);
    nodes.push(node(`n${i}`, op, [input], shape, attrs, op === "conv" ? { weight: `w${i}` } : {}));
    input = `n${i}`;
  }
  nodes.push(node("logits", "mean", [input], [shape[0]], { axes: [1, 2], keep: false }));
  const given = { shape: [2, 19, 17], mean: [0, 0], std: [1, 1] };
  return new Graph({ input: given, classes: ["a", "b", "c", "d"], output: "logits", nodes });
}

test("a chain of windows: the field is where the gradient is, to its corners", () => {
  const draw = random(11);
  for (let trial = 0; trial < 40; trial++) {
    const graph = chain(draw);
    const whole = graph.shape("n2");
    const index = Math.floor(((draw() + 1) / 2) * size(whole));
    const reach = influence(graph, index, draw);
    const box = receptive(graph, "n2", index).get("input");
    if (box === undefined) {
      assert.equal(reach.length, 0);
      continue;
    }
    for (const place of reach) assert.ok(inBox(box, graph.input.shape, ravel(graph.input.shape, place)));
    assert.deepEqual(box, boxAround(reach), `trial ${trial}, number ${index}`);
  }
});

/** The places of the input that a number of n2 follows, weights being above 0: by one image a place. */
function influence(graph, index, draw) {
  const network = new Network(graph);
  const weights = [...graph.tensors].map(([name, shape]) => [
    name,
    { shape, data: Float32Array.from({ length: size(shape) }, () => draw() / 2 + 1) },
  ]);
  network.load(new Map(weights));
  const pixels = new Float32Array(size(graph.input.shape));
  const found = [];
  for (let i = 0; i < pixels.length; i++) {
    pixels.fill(0)[i] = 1;
    network.forward(pixels);
    if (network.value("n2")[index] > 0) found.push(unravel(graph.input.shape, i));
  }
  return found;
}

test("the tutorials' network", () => {
  const { graph } = TUTORIAL;
  const field = receptive(graph, "conv2", 5 * 196 + 7 * 14 + 7);
  assert.deepEqual(field.get("conv2"), { channels: [5, 6], top: 7, left: 7, bottom: 8, right: 8 });
  assert.deepEqual(field.get("pool1"), { channels: [0, 16], top: 5, left: 5, bottom: 10, right: 10 });
  assert.deepEqual(field.get("relu1"), { channels: [0, 16], top: 10, left: 10, bottom: 20, right: 20 });
  assert.deepEqual(field.get("input"), { channels: [0, 1], top: 8, left: 8, bottom: 22, right: 22 });
  assert.equal(field.has("relu2"), false);
  const flat = receptive(graph, "flatten", 50);
  assert.deepEqual(flat.get("flatten"), { from: 50, to: 51 });
  assert.deepEqual(flat.get("pool2"), { channels: [1, 2], top: 0, left: 1, bottom: 1, right: 2 });
  const whole = receptive(graph, "logits", 3);
  assert.deepEqual(whole.get("flatten"), { from: 0, to: 1568 });
  assert.deepEqual(whole.get("input"), { channels: [0, 1], top: 0, left: 0, bottom: 28, right: 28 });
});

test("where ways meet, one box around both", () => {
  const { graph } = ALL.find(({ name }) => name === "residual");
  const field = receptive(graph, "sum", 0);
  assert.deepEqual(field.get("relu"), { channels: [0, 4], top: 0, left: 0, bottom: 2, right: 2 });
  assert.deepEqual(field.get("body.norm"), { channels: [0, 1], top: 0, left: 0, bottom: 1, right: 1 });
});

/** A graph on [1, 3, 4] whose nodes are these, closed by a linear layer. */
function small(nodes) {
  const { name, shape } = nodes[nodes.length - 1];
  const closing = [
    node("flat", "flatten", [name], [size(shape)]),
    node("logits", "linear", ["flat"], [1], { features: 1 }, { weight: "w" }),
  ];
  const input = { shape: [1, 3, 4], mean: [0], std: [1] };
  return new Graph({ input, classes: ["a"], output: "logits", nodes: [...nodes, ...closing] });
}

test("a tall way and a wide one, in either order", () => {
  const way = (name, kernel, padding) => {
    const attrs = { kernel, padding, stride: [1, 1], dilation: [1, 1], channels: 1, groups: 1 };
    return node(name, "conv", ["input"], [1, 3, 4], attrs, { weight: `${name}.w` });
  };
  for (const ways of [
    ["tall", "wide"],
    ["wide", "tall"],
  ]) {
    const kinds = { tall: way("tall", [3, 1], [1, 0]), wide: way("wide", [1, 3], [0, 1]) };
    const graph = small([...ways.map((name) => kinds[name]), node("sum", "add", ways, [1, 3, 4])]);
    const field = receptive(graph, "sum", 5);
    assert.deepEqual(field.get("input"), { channels: [0, 1], top: 0, left: 0, bottom: 3, right: 3 });
  }
});

test("a stretch of a flattened map that goes beyond a row's end covers both rows", () => {
  const graph = small([
    node("line", "flatten", ["input"], [12]),
    node("two", "linear", ["line"], [2], { features: 2 }, { weight: "v" }),
    node("one", "concat", ["line", "two"], [14], { axis: 0 }),
    node("other", "concat", ["two", "line"], [14], { axis: 0 }),
    node("sum", "add", ["one", "other"], [14]),
  ]);
  const field = receptive(graph, "sum", 5); // of "line", 5 and 3
  assert.deepEqual(field.get("line"), { from: 3, to: 6 });
  assert.deepEqual(field.get("input"), { channels: [0, 1], top: 0, left: 0, bottom: 2, right: 4 });
});

test("a part of a concatenation that wasn't read has no box", () => {
  const { graph } = ALL.find(({ name }) => name === "inception");
  const [, height, width] = graph.shape("joined");
  const field = receptive(graph, "joined", 4 * height * width);
  assert.deepEqual([...field.keys()].sort(), ["input", "joined", "wide"]);
  assert.deepEqual(field.get("wide").channels, [1, 2]);
});

test("what doesn't exist is refused", () => {
  assert.throws(() => receptive(TUTORIAL.graph, "conv9", 0), /no node 'conv9'/);
  assert.throws(() => receptive(TUTORIAL.graph, "logits", 10), /'logits' has no number 10; it has 0 to 9/);
});
