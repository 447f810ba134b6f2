// Edges: what comes through them adds up to the number that they lead to.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Network } from "#app/net/network.js";
import { counterpart, edges } from "#app/widgets/network/edges.js";
import { formOf } from "#app/widgets/network/form.js";
import { cases } from "./golden.js";

const ALL = ["tutorial", "networks"].flatMap((group) => cases(group));

function network({ graph, weights, images }) {
  const made = new Network(graph);
  made.load(weights);
  made.forward(images[0]);
  return made;
}

const found = (net, weights, unit, reach = () => undefined) =>
  edges(net, weights, unit, (stage) => formOf(net.graph, stage), reach);

/** What the stage gives with all maps of its source but one set to 0, less its bias. */
function alone(net, weights, unit, map) {
  const node = net.graph.node(unit.stage);
  const masked = new Map(weights);
  const weight = weights.get(node.weights.weight);
  const data = weight.data.slice();
  const slice = weight.shape[2] === undefined ? 49 : weight.shape[2] * weight.shape[3];
  for (let i = 0; i < data.length; i++) {
    const own = Math.floor(i / slice) % (data.length / weight.shape[0] / slice);
    if (own !== map) data[i] = 0;
  }
  masked.set(node.weights.weight, { shape: weight.shape, data });
  masked.set(node.weights.bias, { shape: [weight.shape[0]], data: new Float32Array(weight.shape[0]) });
  const other = new Network(net.graph);
  other.load(masked);
  other.forward(net.value("input"));
  return other.value(unit.stage)[unit.index];
}

test("conv2 and the logits: an edge a map, its sign that of what came through it", () => {
  const net = network(ALL[0]);
  for (const unit of [
    { stage: "conv2", index: 5 * 196 + 6 * 14 + 8 },
    { stage: "conv2", index: 31 * 196 },
    { stage: "logits", index: 7 },
  ]) {
    const list = found(net, ALL[0].weights, unit);
    assert.equal(list.length, unit.stage === "conv2" ? 16 : 32);
    for (const { map, sign } of list.slice(0, 6)) {
      assert.equal(sign, Math.sign(alone(net, ALL[0].weights, unit, map)));
    }
  }
});

test("the strongest edge is the kernel's largest slice", () => {
  const net = network(ALL[0]);
  const [first, ...others] = found(net, ALL[0].weights, { stage: "conv2", index: 3 * 196 });
  const { data } = ALL[0].weights.get("conv2.weight");
  const norm = (map) => Math.hypot(...data.subarray((3 * 16 + map) * 25, (3 * 16 + map + 1) * 25));
  assert.equal(first.strength, 1);
  assert.ok(others.every(({ map, strength }) => Math.abs(strength - norm(map) / norm(first.map)) < 1e-6));
  assert.ok(others.every(({ map }) => norm(map) <= norm(first.map)));
});

test("without weights all maps within reach are alike, at most 32", () => {
  const net = network(ALL[0]);
  const list = found(net, undefined, { stage: "logits", index: 0 }, () => ({ from: 0, to: 900 }));
  assert.deepEqual([list.length, list[5].map, list[5].strength, list[5].sign], [32, 5, 1, 0]);
});

test("where numbers are only passed on, one edge leads to the same map", () => {
  const net = network(ALL[0]);
  const maps = (stage, index) =>
    found(net, undefined, { stage, index }).map(({ source, map }) => [source, map]);
  assert.deepEqual(maps("relu1", 3 * 784 + 5), [["conv1", 3]]);
  assert.deepEqual(maps("pool2", 30 * 49 + 5), [["relu2", 30]]);
  assert.deepEqual(maps("flatten", 30 * 49 + 5), [["pool2", 30]]);
  assert.deepEqual(maps("input", 5), []);
});

test("a sum: an edge to each part, with its sign", () => {
  const residual = ALL.find(({ name }) => name === "residual");
  const net = network(residual);
  const list = found(net, residual.weights, { stage: "sum", index: 2 * 144 + 30 });
  assert.deepEqual(
    list.map(({ source, map, sign }) => [source, map, sign]),
    ["relu", "body.norm"].map((name) => [name, 2, Math.sign(net.value(name)[2 * 144 + 30])]),
  );
});

test("a concatenation: only the part that holds the number", () => {
  const inception = ALL.find(({ name }) => name === "inception");
  const net = network(inception);
  const joined = net.graph.node("joined");
  assert.equal(counterpart(net.graph, joined, "wide", 4 * 100 + 7), 100 + 7);
  assert.equal(counterpart(net.graph, joined, "narrow", 4 * 100 + 7), null);
  const list = found(net, inception.weights, { stage: "joined", index: 9 * 100 });
  assert.deepEqual(
    list.map(({ source, map }) => [source, map]),
    [["pooled", 1]],
  );
});

test("a stage without a row is looked through", () => {
  const rgb = ALL.find(({ name }) => name === "rgb, normalised");
  const net = network(rgb);
  const list = found(net, rgb.weights, { stage: "pool", index: 0 }, () => ({ from: 0, to: 1 }));
  assert.deepEqual(
    list.map(({ source, map }) => [source, map]),
    [["conv2", 0]],
  );
});
