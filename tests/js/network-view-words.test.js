// What the rows say, and where keys lead.

import assert from "node:assert/strict";
import { test } from "node:test";

import { logarithmic } from "#app/look/colours.js";
import { OPS } from "#app/net/ops/table.js";
import { broken, brokenWords, gradientAt } from "#app/widgets/network/head.js";
import { small } from "#app/widgets/network/answers.js";
import { moved } from "#app/widgets/network/pointing.js";
import { blownUp, colours, does, reads, sources, teaches } from "#app/widgets/network/teach.js";
import { cases } from "./golden.js";

const [{ graph }] = cases("tutorial");
const NETWORKS = new Map(cases("networks").map((network) => [network.name, network.graph]));
const OPERATIONS = cases("operations");

test("the tutorials' network in plain words", () => {
  assert.deepEqual(
    graph.stages.map((stage) => does(graph, stage)),
    [
      "what the network is given",
      "16 kernels of 5×5",
      "what is below 0 becomes 0",
      "the largest of each 2×2",
      "32 kernels of 5×5 on 16 maps",
      "what is below 0 becomes 0",
      "the largest of each 2×2",
      "all 32 maps as one row",
      "10 weighted sums of 1,568 values",
    ],
  );
  assert.ok(graph.stages.every((stage) => reads(graph, stage) === ""));
});

test("a window's stride is said where it isn't the usual one", () => {
  const its = (name) => does(OPERATIONS.find((found) => found.name === name).graph, "it");
  assert.equal(
    does(NETWORKS.get("rgb, normalised"), "conv1"),
    "6 kernels of 3×3 on 3 maps, moved 2 pixels at a time",
  );
  assert.equal(
    its("conv, every setting"),
    "6 kernels of 3×2, each on 2 maps, moved 2×1 pixels at a time, 3 pixels spread",
  );
  assert.equal(its("avgpool, counts padding"), "the mean of each 3×3, moved 2 pixels at a time");
  assert.equal(does(NETWORKS.get("inception"), "pooled"), "the largest of each 3×3, moved 1 pixel at a time");
});

test("every operation has its words and its sentence", () => {
  const seen = new Set();
  for (const { graph } of OPERATIONS) {
    for (const { op, name } of graph.nodes) {
      seen.add(op);
      assert.match(does(graph, name), /^[^]{4,80}$/);
      assert.match(teaches(graph, name), /^[A-Z][^]{20,160}\.$/);
    }
  }
  assert.deepEqual(
    [...OPS.keys()].filter((op) => !seen.has(op)),
    [],
  );
});

test("inputs are named where they aren't simply the row above", () => {
  assert.equal(does(NETWORKS.get("residual"), "sum"), "adds relu and body.norm");
  assert.equal(reads(NETWORKS.get("residual"), "sum"), "");
  assert.equal(does(NETWORKS.get("inception"), "joined"), "sets narrow, wide and pooled side by side");
  assert.equal(reads(NETWORKS.get("inception"), "wide"), "reads input");
  assert.equal(reads(NETWORKS.get("rgb, normalised"), "pool"), "reads act2, not shown: gelu of conv2");
  assert.deepEqual(sources(NETWORKS.get("rgb, normalised"), "pool"), ["conv2"]);
});

test("colours, and numbers that are none", () => {
  assert.match(colours("values", "7"), /same for the whole training/);
  assert.match(colours("gradients", "7"), /^Gradient of the loss, were this “7”/);
  const losses = { steps: [0, 40, 1052], values: [2.3, 2, null] };
  assert.equal(blownUp(losses, 1051), "");
  assert.match(blownUp(losses, 1052), /^From step 1,052 on the loss is not a number/);
  assert.equal(blownUp({ steps: [0], values: [2] }, 5), "");
  assert.equal(broken(Float32Array.of(1, NaN, -Infinity, 0)), 2);
  assert.equal(brokenWords(2, 1568), "2 of 1,568 aren't numbers (yellow)");
  assert.equal(brokenWords(1568, 1568), "None of these 1,568 is a number (yellow)");
});

test("the scale of gradients is the one they are painted with", () => {
  for (let t = -1; t <= 1; t += 1 / 16) assert.ok(Math.abs(logarithmic(gradientAt(t)) - t) < 1e-9);
});

test("numbers below the classes", () => {
  const written = ["12.3", "−0.50", "0", "−1e−3", "4e−2", "NaN"];
  assert.deepEqual([12.345, -0.5, 0, -0.00123, 0.04, NaN].map(small), written);
});

test("keys move within a map, stop at its edge, and lead to the same place of other maps", () => {
  const form = { kind: "maps", maps: 4, height: 3, width: 5 };
  const at = 15 + 5 + 2; // map 2, row 2, column 3
  const go = (key, from = at) => moved(form, 4, from, key);
  const ways = (...keys) => keys.map((key) => go(key) - at);
  assert.deepEqual(ways("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"), [-1, 1, -5, 5]);
  assert.deepEqual(ways("[", "]", "PageUp", "PageDown"), [-15, 15, -15, 15]);
  assert.deepEqual(ways("Home", "End"), [-2, 2]);
  assert.deepEqual([go("ArrowLeft", 0), go("ArrowUp", 0), go("[", 0)], [0, 0, 0]);
  assert.deepEqual([go("ArrowRight", 59), go("ArrowDown", 59), go("]", 59)], [59, 59, 59]);
  assert.equal(go("a"), undefined);
});

test("single numbers are one row", () => {
  const form = { kind: "classes", maps: 10, height: 1, width: 1 };
  const keys = ["ArrowLeft", "ArrowRight", "Home", "End"];
  assert.deepEqual(
    keys.map((key) => moved(form, 10, 4, key)),
    [3, 5, 0, 9],
  );
});
