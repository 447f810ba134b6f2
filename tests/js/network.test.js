// The network in the browser against torch, at every stage: tests/golden/net.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Graph } from "#app/net/graph.js";
import { softmax } from "#app/net/loss.js";
import { Network } from "#app/net/network.js";
import { OPS } from "#app/net/ops/table.js";
import { close, networkAgrees } from "./compare.js";
import { cases } from "./golden.js";

const TOLERANCE = 2e-6; // what is promised is 1e-4

const GROUPS = ["operations", "networks", "tutorial"];
const ALL = GROUPS.flatMap((group) => cases(group));
const TUTORIAL = ALL[ALL.length - 1];

for (const golden of ALL) {
  test(`torch's values and gradients: ${golden.name}`, () => networkAgrees(golden, TOLERANCE));
}

test("the golden files try every operation, and hold every stage", () => {
  const tried = new Set(ALL.flatMap(({ graph }) => graph.nodes.map((node) => node.op)));
  assert.deepEqual(
    [...OPS.keys()].filter((name) => !tried.has(name)),
    [],
  );
  for (const { graph, values, gradients } of ALL) {
    assert.deepEqual([...values.keys()].sort(), [...graph.stages].sort());
    assert.deepEqual([...gradients.keys()].sort(), [...graph.stages].sort());
  }
});

test("nothing but the values changes from one image to the next: the arrays stay", () => {
  const network = new Network(TUTORIAL.graph);
  network.load(TUTORIAL.weights);
  const run = () => {
    network.forward(TUTORIAL.images[0]);
    network.backward(0);
    return TUTORIAL.graph.stages.flatMap((stage) => [network.value(stage), network.gradient(stage)]);
  };
  const before = run();
  run().forEach((array, i) => assert.equal(array, before[i]));
});

test("any gradient of the logits can be taken back: that of the loss is one, and a sum's is the sum", () => {
  const network = new Network(TUTORIAL.graph);
  network.load(TUTORIAL.weights);
  const stages = TUTORIAL.graph.stages;
  const pulled = (seed) => {
    network.pull(seed);
    return stages.map((stage) => network.gradient(stage).slice());
  };
  const seed = softmax(network.forward(TUTORIAL.images[0])).slice();
  seed[3] -= 1;
  network.backward(3);
  const expected = stages.map((stage) => network.gradient(stage).slice());
  pulled(seed).forEach((found, i) => close(found, expected[i], TOLERANCE, stages[i]));
  const [one, other] = [1, 2].map((k) => Float32Array.from(seed, (_, i) => (i === k ? k : 0)));
  const [of, and, both] = [one, other, one.map((x, i) => x + other[i])].map(pulled);
  both.forEach((found, i) =>
    close(
      found,
      of[i].map((x, at) => x + and[i][at]),
      TOLERANCE,
      stages[i],
    ),
  );
});

test("other weights take effect at the next forward", () => {
  const network = new Network(TUTORIAL.graph);
  network.load(TUTORIAL.weights);
  const before = Array.from(network.forward(TUTORIAL.images[0]));
  const doubled = [...TUTORIAL.weights].map(([name, { shape, data }]) => [
    name,
    { shape, data: name.startsWith("logits") ? data.map((x) => 2 * x) : data },
  ]);
  network.load(new Map(doubled));
  close(
    network.forward(TUTORIAL.images[0]),
    before.map((x) => 2 * x),
    1e-6,
    "logits",
  );
});

const node = (name, op, input, shape, attrs = {}, weights = {}) => ({
  name,
  op,
  inputs: [input],
  shape,
  attrs,
  weights,
  stage: true,
});

/** A graph of one operation on a single row, and the linear layer that closes it, all weights 1. */
function row(width, op, attrs = {}, shape = [1, 1, width]) {
  const flat = shape.reduce((product, side) => product * side, 1);
  const graph = new Graph({
    input: { shape: [1, 1, width], mean: [0], std: [1] },
    classes: ["a"],
    output: "logits",
    nodes: [
      node("it", op, "input", shape, attrs),
      node("flat", "flatten", "it", [flat]),
      node("logits", "linear", "flat", [1], { features: 1 }, { weight: "w" }),
    ],
  });
  const network = new Network(graph);
  network.load(new Map([["w", { shape: [1, flat], data: new Float32Array(flat).fill(1) }]]));
  return network;
}

test("what a network that diverged gives stays visible: NaN passes ReLU and pools", () => {
  const relu = row(3, "relu");
  relu.forward(Float32Array.of(NaN, -1, 2));
  assert.deepEqual([...relu.value("it")], [NaN, 0, 2]);
  const pool = row(4, "maxpool", { kernel: [1, 2], stride: [1, 2], padding: [0, 0] }, [1, 1, 2]);
  pool.forward(Float32Array.of(5, NaN, NaN, 5));
  assert.deepEqual([...pool.value("it")], [NaN, NaN]);
  const low = row(2, "maxpool", { kernel: [1, 2], stride: [1, 2], padding: [0, 0] }, [1, 1, 1]);
  low.forward(Float32Array.of(-Infinity, -Infinity));
  assert.deepEqual([...low.value("it")], [-Infinity]);
});

test("confidences: large logits don't overflow", () => {
  close(softmax(Float32Array.of(1000, 1000)), [0.5, 0.5], 1e-7, "two equal");
  close(softmax(Float32Array.of(0, Math.log(3))), [0.25, 0.75], 1e-7, "one to three");
});

test("what can't be done is refused with the reason", () => {
  const network = new Network(TUTORIAL.graph);
  const image = TUTORIAL.images[0];
  assert.throws(() => network.forward(image), /no weights yet; call load/);
  assert.throws(() => network.load(new Map(), "step 3"), /step 3: tensor 'conv1.weight' .* is missing/);
  network.load(TUTORIAL.weights);
  assert.throws(() => network.forward(new Float32Array(9)), /has 9 numbers; .* takes \[1, 28, 28\], 784/);
  assert.throws(() => network.backward(0), /nothing to go back through; call forward/);
  assert.throws(() => network.pull(new Float32Array(10)), /nothing to go back through; call forward/);
  network.forward(image);
  assert.throws(() => network.gradient("conv1"), /no gradients yet; call backward/);
  assert.throws(() => network.backward(10), /label 10 must be the index of a class: 0 to 9/);
  assert.throws(() => network.backward(0.5), /label 0.5 must be/);
  assert.throws(() => network.pull(new Float32Array(3)), /has 3 numbers; the network has 10 classes/);
  assert.throws(() => network.value("conv3"), /no node 'conv3'; the graph has input, conv1/);
  network.load(TUTORIAL.weights);
  assert.throws(() => network.backward(0), /call forward/); // of the weights before
});

test("a network beyond what a page can hold is refused before any room is taken", () => {
  const side = 4096;
  const input = { shape: [1, side, side], mean: [0], std: [1] };
  const maps = ["a", "b", "c"].map((name, i, all) => node(name, "relu", all[i - 1] ?? "input", input.shape));
  const mean = node("d", "mean", "c", [1], { axes: [1, 2], keep: false });
  const graph = new Graph({ input, classes: ["a"], output: "d", nodes: [...maps, mean] });
  assert.throws(
    () => new Network(graph),
    /one image takes this network 67108865 numbers, more than the 67108864/,
  );
});

test("a convolution's wide margins count, too", () => {
  const input = { shape: [1, 1, 1], mean: [0], std: [1] };
  const window = { kernel: [1, 1], stride: [8001, 8001], padding: [3000, 3000], dilation: [1, 1] };
  const attrs = { channels: 1, groups: 1, ...window };
  const nodes = [
    node("a", "conv", "input", [1, 1, 1], attrs, { weight: "w" }),
    node("b", "flatten", "a", [1]),
  ];
  const graph = new Graph({ input, classes: ["a"], output: "b", nodes });
  assert.throws(() => new Network(graph), /takes this network 72024005 numbers/);
});
