// Every number of every stage, recomputed from what is shown of it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { explain } from "#app/look/arithmetic.js";
import { factor, number } from "#app/look/numbers.js";
import { placeOf, ravel, unravel } from "#app/look/place.js";
import { Network } from "#app/net/network.js";
import { OPS } from "#app/net/ops/table.js";
import { cases } from "./golden.js";

const ALL = ["operations", "networks", "tutorial"].flatMap((group) => cases(group));
const TUTORIAL = ALL[ALL.length - 1];
const FEW = 60; // numbers tried of a larger stage

const sum = (numbers) => Array.from(numbers).reduce((total, x) => total + x, 0);
const dot = (one, other) => sum(Array.from(one, (x, i) => x * other[i]));
const logistic = (x) => 1 / (1 + Math.exp(-x));

/** The normal distribution's cumulative function by its series around 0, which loses its digits far out. */
function normal(x) {
  if (Math.abs(x) > 5.5) return Number(x > 0);
  let [total, term] = [0, x];
  for (let n = 0; Math.abs(term) > 1e-17; n++) {
    total += term / (2 * n + 1);
    term *= (-x * x) / 2 / (n + 1);
  }
  return 0.5 + total / Math.sqrt(2 * Math.PI);
}

/** What the terms come to, for each operation. */
const TOTALS = {
  conv: ({ patch, kernel, bias = 0 }) => dot(patch, kernel) + bias,
  linear: ({ terms, bias = 0 }) => sum(terms.map(({ product }) => product)) + bias,
  maxpool: ({ window, winner }) => window[winner],
  avgpool: ({ window, inside, count }) => dot(window, inside) / count,
  batchnorm: ({ input, mean, var: variance, weight, bias, eps }) =>
    ((input - mean) / Math.sqrt(variance + eps)) * weight + bias,
  relu: ({ input }) => Math.max(0, input),
  leaky_relu: ({ input }, { slope }) => (input > 0 ? input : slope * input),
  gelu: ({ input: x }, { approximate }) =>
    approximate === "none"
      ? x * normal(x)
      : 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  silu: ({ input }) => input * logistic(input),
  tanh: ({ input }) => Math.tanh(input),
  sigmoid: ({ input }) => logistic(input),
  add: ({ parts }) => sum(parts.map(({ value }) => value)),
  mean: ({ sum, count }) => sum / count,
  softmax: ({ exponentials, sum, current }) => exponentials[current] / sum,
  input: ({ pixel, mean, std }) => (pixel - mean) / std,
};
for (const op of ["flatten", "concat", "dropout"]) {
  TOTALS[op] = ({ from }, _attrs, network) => network.value(from.stage)[from.index];
}

function ready({ graph, weights, images }) {
  const network = new Network(graph);
  network.load(weights);
  network.forward(images[0]);
  return network;
}

/** Some places of a stage, its first and last among them. */
function some(length) {
  const step = Math.max(1, Math.floor(length / FEW));
  return [...Array.from({ length: Math.ceil(length / step) }, (_, i) => i * step), length - 1];
}

for (const golden of ALL) {
  test(`the terms come to the value: ${golden.name}`, () => {
    const network = ready(golden);
    for (const stage of golden.graph.shapes.keys()) {
      const values = network.value(stage);
      for (const index of some(values.length)) {
        const found = explain(network, stage, index, golden.weights);
        const attrs = stage === "input" ? {} : golden.graph.node(stage).attrs;
        const total = TOTALS[found.op](found, attrs, network);
        // The network's own Φ is good to 1e-7, and is multiplied by the input.
        const bound = 1e-5 * Math.abs(values[index]) + (found.op === "gelu" ? 1e-6 : 1e-7);
        assert.equal(found.value, values[index]);
        assert.ok(Math.abs(total - found.value) <= bound, `${stage} ${index}: ${total}, not ${found.value}`);
        assert.deepEqual([found.stage, found.index], [stage, index]);
        assert.deepEqual(found.place, placeOf(golden.graph.shape(stage), index));
        assert.ok(found.text.startsWith(`${number(found.value)} = `), found.text);
        assert.ok(!/undefined|NaN/.test(found.text), found.text);
      }
    }
  });
}

test("every operation is explained, and tried here", () => {
  const tried = new Set(ALL.flatMap(({ graph }) => graph.nodes.map((node) => node.op)));
  for (const op of OPS.keys()) assert.ok(tried.has(op) && op in TOTALS, op);
});

test("what is shown is what the network read", () => {
  for (const golden of ALL) {
    const network = ready(golden);
    for (const { name, op, inputs, attrs, shape, weights } of golden.graph.nodes) {
      const input = network.value(inputs[0]);
      const source = golden.graph.shape(inputs[0]);
      for (const index of some(network.value(name).length)) {
        const found = explain(network, name, index, golden.weights);
        if ("input" in found) assert.equal(found.input, input[index]);
        if (op === "add") {
          assert.deepEqual(
            found.parts.map((part) => part.stage),
            inputs,
          );
        }
        if (op === "linear") {
          const { terms } = found;
          for (let i = 1; i < terms.length; i++) {
            assert.ok(Math.abs(terms[i].product) <= Math.abs(terms[i - 1].product));
          }
          for (const term of terms) {
            assert.equal(term.input, input[term.index]);
            assert.equal(term.product, term.input * term.weight);
          }
          const [row, feature] = [Math.floor(index / attrs.features), index % attrs.features];
          assert.equal(found.inputs[1], input[row * found.inputs.length + 1]);
          const weight = golden.weights.get(weights.weight).data;
          assert.deepEqual(found.weights, weight.slice(feature * terms.length, (feature + 1) * terms.length));
        }
        if (op === "conv") checkPatch(found, input, source, attrs, unravel(shape, index));
      }
    }
  }
});

/** The patch by the definition, a number at a time. */
function checkPatch(found, input, source, attrs, [, row, column]) {
  const { patch, inside, shape, first, channels, kernel } = found;
  const [depth, height, width] = shape;
  assert.equal(inside.length, height * width);
  for (let i = 0; i < patch.length; i++) {
    const [channel, y, x] = unravel(shape, i);
    const at = [0, 1].map(
      (axis) =>
        [row, column][axis] * attrs.stride[axis] - attrs.padding[axis] + [y, x][axis] * attrs.dilation[axis],
    );
    const within = at[0] >= 0 && at[1] >= 0 && at[0] < source[1] && at[1] < source[2];
    assert.equal(inside[y * width + x], Number(within));
    assert.equal(patch[i], within ? input[ravel(source, [first + channel, ...at])] : 0);
  }
  const area = height * width;
  for (let channel = 0; channel < depth; channel++) {
    const [from, to] = [channel * area, (channel + 1) * area];
    assert.ok(Math.abs(channels[channel] - dot(patch.slice(from, to), kernel.slice(from, to))) < 1e-12);
  }
}

test("groups: a map of the second half reads the second half", () => {
  const golden = ALL.find(({ name }) => name === "conv, every setting");
  const network = ready(golden);
  const area = golden.graph.shape("it")[1] * golden.graph.shape("it")[2];
  assert.equal(explain(network, "it", 0, golden.weights).first, 0);
  assert.equal(explain(network, "it", 2 * area + 1, golden.weights).first, 0);
  assert.equal(explain(network, "it", 3 * area, golden.weights).first, 2);
});

test("the formula in a line", () => {
  const network = ready(TUTORIAL);
  const text = (stage, index) => explain(network, stage, index, TUTORIAL.weights).text;
  assert.match(text("conv1", 200), /^−?[\d.]+ = Σ patch × kernel −?[\d.]+ \+ bias −?[\d.]+$/);
  assert.match(text("relu1", 200), /^[\d.]+ = max\(0, −?[\d.e−]+\)$/);
  assert.match(text("pool1", 20), /^[\d.]+ = max of [\d.]+, [\d.]+, [\d.]+, [\d.]+$/);
  assert.match(text("flatten", 3), /^[\d.]+ = the number from pool2$/);
  assert.match(text("logits", 3), /^−?[\d.]+ = Σ input × weight −?[\d.]+ \+ bias −?[\d.]+$/);
  assert.equal(text("input", 0), "0 = the pixel");
});

test("the formula of a sum without a bias", () => {
  for (const [name, sum] of [
    ["conv, every setting", "patch × kernel"],
    ["linear, of maps, no bias", "input × weight"],
  ]) {
    const golden = ALL.find((found) => found.name === name);
    const { text, value, bias } = explain(ready(golden), "it", 1, golden.weights);
    assert.deepEqual([text, bias], [`${number(value)} = Σ ${sum}`, undefined]);
  }
});

test("a window at the edge, of equal numbers the first; NaN wins", () => {
  const golden = ALL.find(({ name }) => name === "maxpool, padded");
  const network = ready(golden);
  const corner = () => explain(network, "it", 0, golden.weights);
  assert.deepEqual([...corner().inside], [0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1]);
  network.forward(golden.images[0].map(() => -3));
  assert.deepEqual([corner().winner, corner().value, corner().count], [6, -3, 4]);
  network.forward(golden.images[0].map((x, i) => (i === 8 ? NaN : x)));
  assert.equal(corner().winner, 10);
  assert.match(corner().text, /^NaN = max of /);
});

test("what doesn't exist is refused", () => {
  const network = ready(TUTORIAL);
  assert.throws(() => explain(network, "conv9", 0, TUTORIAL.weights), /no node 'conv9'/);
  const beyond = /'logits' has no number 10; it has 0 to 9/;
  assert.throws(() => explain(network, "logits", 10, TUTORIAL.weights), beyond);
  assert.throws(() => explain(network, "logits", 1.5, TUTORIAL.weights), /no number 1.5/);
  assert.throws(() => explain(network, "logits", 1, new Map()), /tensor 'conv1.weight' .* is missing/);
});

test("numbers as they are written", () => {
  const expected = new Map([
    [0, "0"],
    [-0, "0"],
    [0.53, "0.53"],
    [0.5, "0.5"],
    [-1.2345, "−1.23"],
    [0.9996, "1.00"],
    [2.0004, "2.00"],
    [12345, "12300"],
    [999999, "1e6"],
    [1.5e7, "1.5e7"],
    [-0.00001234, "−1.23e−5"],
    [0.0001, "0.0001"],
    [0.00123456, "0.00123"],
    [NaN, "NaN"],
    [Infinity, "∞"],
    [-Infinity, "−∞"],
    [1e-45, "1e−45"],
    [100, "100"],
  ]);
  for (const [x, text] of expected) assert.equal(number(x), text);
  assert.deepEqual([factor(-2), factor(2), factor(-0)], ["(−2)", "2", "0"]);
});
