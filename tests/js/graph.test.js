// A graph is checked before it is believed: every contradiction is refused with its place and its reason.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { GraphError } from "#app/errors.js";
import { Graph } from "#app/net/graph.js";

const text = readFileSync(new URL("../golden/net/tutorial.json", import.meta.url), "utf8");

/** The tutorials' graph as JSON, changed. */
function changed(change) {
  const description = JSON.parse(text).tutorial.graph;
  const found = Object.fromEntries(description.nodes.map((node) => [node.name, node]));
  change(description, found);
  return description;
}

const refuses = (change, message) =>
  assert.throws(
    () => new Graph(changed(change)),
    (error) => error instanceof GraphError && error.name === "GraphError" && message.test(error.message),
    String(message),
  );

test("the tutorials' graph", () => {
  const graph = new Graph(changed(() => {}));
  assert.deepEqual(graph.stages.slice(0, 4), ["input", "conv1", "relu1", "pool1"]);
  assert.deepEqual(graph.shape("conv2"), [32, 14, 14]);
  assert.deepEqual(graph.tensors.get("logits.weight"), [10, 1568]);
  assert.deepEqual(graph.node("pool1").attrs.kernel, [2, 2]);
  assert.deepEqual(
    graph.consumers("pool1").map((node) => node.name),
    ["conv2"],
  );
  assert.throws(() => graph.node("input"), /no node 'input'; the graph has conv1, relu1/);
});

test("fields are all there, and no others", () => {
  assert.throws(() => new Graph(null), /graph must be a JSON object, not null/);
  assert.throws(() => new Graph([]), /graph must be a JSON object/);
  refuses((graph) => delete graph.classes, /graph: field 'classes' is missing/);
  refuses((graph) => (graph.note = 1), /graph: unknown field 'note'; known: input, classes/);
  refuses((graph) => delete graph.nodes[2].stage, /graph, nodes.2: field 'stage' is missing/);
  refuses((graph) => (graph.nodes = []), /graph, nodes must be a list of 1 to 5000/);
  refuses((graph) => (graph.classes = [1]), /classes must be names/);
  refuses((graph) => (graph.nodes[0].name = "a/b"), /nodes.0.name must be a name .* not "a\/b"/);
  refuses((graph) => (graph.nodes[0].inputs = "input"), /nodes.0.inputs must be a list/);
  refuses((graph) => (graph.nodes[0].attrs = []), /nodes.0.attrs must be a JSON object/);
  refuses((graph) => (graph.nodes[0].stage = 1), /nodes.0.stage must be true or false/);
  refuses((graph) => (graph.nodes[0].shape = [16, 28, 0]), /nodes.0.shape must be whole numbers/);
});

test("the input", () => {
  refuses((graph) => (graph.input.shape = [28, 28]), /input.shape must be \[channels, height, width\]/);
  refuses((graph) => (graph.input.shape = [1, 1e5, 1e5]), /input.shape .* is beyond 67108864 numbers/);
  refuses((graph) => (graph.input.mean = [0, 0]), /input.mean must be one number for each of 1/);
  refuses((graph) => (graph.input.mean = ["NaN"]), /input.mean must be one number/);
  refuses((graph) => (graph.input.std = [0]), /input.std must be above 0, not \[0\]/);
});

test("names and shapes agree", () => {
  refuses((_, { relu1 }) => (relu1.name = "conv1"), /node 'conv1': the name is taken/);
  refuses((_, { relu1 }) => (relu1.name = "input"), /node 'input': the name is taken/);
  refuses((_, { relu1 }) => (relu1.inputs = ["relu2"]), /node 'relu1': reads 'relu2', which no earlier/);
  refuses((_, { relu1 }) => (relu1.inputs = []), /node 'relu1': relu takes one input/);
  refuses((_, { relu1 }) => (relu1.inputs = ["conv1", "conv1"]), /relu takes one input/);
  refuses((_, { pool1 }) => (pool1.shape = [16, 14, 13]), /maxpool gives \[16, 14, 14\], but \[16, 14, 13\]/);
  refuses(
    (graph) => (graph.output = "flatten"),
    /output 'flatten' must be a node of shape \[10\].* is \[1568\]/,
  );
  refuses((graph) => (graph.output = "out"), /output 'out' must be .* it is no node/);
  refuses((_, { conv1 }) => (conv1.weights.bias = "relu1"), /'relu1' is the name of a node and of a tensor/);
});

test("operations and attributes", () => {
  refuses((_, { relu1 }) => (relu1.op = "swish"), /unknown operation 'swish'; this page knows conv, linear/);
  refuses((_, { relu1 }) => (relu1.op = "constructor"), /unknown operation 'constructor'/);
  refuses((_, { conv1 }) => delete conv1.attrs.groups, /conv has the attributes \[channels, .*groups.*, not/);
  refuses((_, { conv1 }) => (conv1.attrs.kernel = 5), /node 'conv1': attribute 'kernel' must be two whole/);
  refuses((_, { conv1 }) => (conv1.attrs.groups = 3), /1 → 16 channels can't be cut into 3 groups/);
  refuses((_, { conv1 }) => (conv1.attrs.stride = [0, 1]), /stride and dilation must be at least 1/);
  refuses((_, { conv1 }) => (conv1.attrs.kernel = [40, 40]), /kernel \[40, 40\] doesn't fit into/);
  refuses((_, { conv1 }) => (conv1.attrs.padding = [1e4, 1e4]), /padded input .* is beyond/);
  refuses(
    (_, { pool1 }) => (pool1.attrs.padding = [2, 2]),
    /padding \[2, 2\] may be at most half its kernel/,
  );
  refuses((_, { conv1 }) => (conv1.attrs.padding = [-1, 2]), /padding at least 0/);
  refuses((_, { pool1 }) => Object.assign(pool1.attrs, { kernel: [3, 3], padding: [2, 1] }), /at most half/);
  refuses((_, { logits }) => (logits.attrs.features = true), /'features' must be a whole number, not true/);
  refuses((_, { logits }) => (logits.attrs.features = 0), /'features' must be at least 1, not 0/);
});

/** The tutorials' relu1 as another operation. */
const instead =
  (op, attrs, weights = {}) =>
  (_, { relu1 }) =>
    Object.assign(relu1, { op, attrs, weights });

test("attributes of the rarer operations", () => {
  refuses(instead("linear", { features: 1e6 }), /what linear gives, \[16, 28, 1000000\] is beyond 67108864/);
  refuses(instead("leaky_relu", { slope: 2 }), /'slope' must be a number from 0 to 1, not 2/);
  refuses(instead("gelu", { approximate: "erf" }), /'approximate' must be none or tanh, not "erf"/);
  refuses(instead("softmax", { axis: 3 }), /axis 3 doesn't exist in \[16, 28, 28\]/);
  refuses(instead("concat", { axis: -1 }), /axis -1 doesn't exist/);
  refuses(instead("mean", { axes: [], keep: true }), /'axes' must be a list of whole numbers/);
  refuses(instead("mean", { axes: [1, 1], keep: true }), /axes must be among \[0, 1, 2\], each once/);
  refuses(instead("mean", { axes: [0, 1, 2], keep: false }), /leaves none; keep them or leave one out/);
  refuses(instead("mean", { axes: [1], keep: 1 }), /'keep' must be true or false, not 1/);
  refuses(instead("batchnorm", { eps: 0 }), /batchnorm has the weights \[mean,var,weight,bias\], not \[\]/);
});

test("branches meet only where their shapes do", () => {
  const join =
    (op, attrs) =>
    (_, { pool1 }) => {
      Object.assign(pool1, { op, attrs, inputs: ["conv1", "input"] });
    };
  refuses(join("add", {}), /add needs inputs of one shape, not \[16, 28, 28\] and \[1, 28, 28\]/);
  refuses(join("concat", { axis: 1 }), /concat on axis 1 needs inputs alike elsewhere/);
});

test("weights by role", () => {
  refuses(
    (_, { conv1 }) => delete conv1.weights.weight,
    /conv has the weights \[weight,bias\], not \[bias\]/,
  );
  refuses((_, { conv1 }) => (conv1.weights.scale = "s"), /conv has the weights/);
  refuses(
    (_, { conv2 }) => (conv2.weights.weight = "conv1.weight"),
    /tensor 'conv1.weight' is used as \[16, 1, 5, 5\] and as \[32, 16, 5, 5\]/,
  );
});

test("weights that aren't this graph's", () => {
  const graph = new Graph(changed(() => {}));
  const tensor = (shape) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
  const weights = new Map([...graph.tensors].map(([name, shape]) => [name, tensor(shape)]));
  graph.checkWeights(weights, "step 3");
  const with_ = (...entries) => new Map([...weights, ...entries]);
  const without = new Map([...weights].filter(([name]) => name !== "conv2.bias"));
  assert.throws(
    () => graph.checkWeights(without, "step 3"),
    /step 3: tensor 'conv2.bias' \[32\] is missing; found conv1.bias/,
  );
  assert.throws(() => graph.checkWeights(new Map(), "step 3"), /is missing; found none/);
  assert.throws(() => graph.checkWeights(with_(["x", tensor([1])]), "step 3"), /doesn't have: x/);
  assert.throws(
    () => graph.checkWeights(with_(["conv2.bias", tensor([4, 8])]), "s"),
    /is \[4, 8\].* expected \[32\]/,
  );
  const short = { shape: [32], data: new Float32Array(31) };
  assert.throws(
    () => graph.checkWeights(with_(["conv2.bias", short]), "s"),
    /is \[32\], 31 numbers; expected \[32\]/,
  );
});
