// The room "Why" against captum, pixel by pixel (tests/golden/why), and what captum doesn't do.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Graph } from "#app/net/graph.js";
import { Network } from "#app/net/network.js";
import { readTensors } from "#app/net/safetensors.js";
import { gradcam, lastMaps, lattice, spread } from "#app/look/why/gradcam.js";
import { BETWEEN, integrated } from "#app/look/why/integrated.js";
import { gaussLegendre } from "#app/look/why/legendre.js";
import { acrossChannels, atOnce, integratedSlowly, occlusionSlowly } from "#app/look/why/methods.js";
import { occlusion, patchOf } from "#app/look/why/occlusion.js";
import { outline, pathOf } from "#app/look/why/outline.js";
import { saliency } from "#app/look/why/saliency.js";
import { scoreOf, seedOf } from "#app/look/why/score.js";
import { questionOf, readAsked, writeAsked } from "#app/look/why/state.js";
import { besides, colourWords, integratedWords, scoreWords, strongestWords } from "#app/look/why/words.js";
import { close } from "./compare.js";
import { cases } from "./golden.js";

const TOLERANCE = 2e-6; // what is promised is 1e-4
const GOLDEN = new URL("../golden/", import.meta.url);
const CASES = JSON.parse(readFileSync(new URL("why.json", GOLDEN), "utf8"));
const TENSORS = readTensors(Uint8Array.from(readFileSync(new URL("why.safetensors", GOLDEN))).buffer, "why");

/** A case's network, its picture, and what captum says of a seed. */
function asked(name) {
  const prefix = `${name}/weights/`;
  const graph = new Graph(CASES[name].graph);
  const network = new Network(graph);
  const held = [...TENSORS].filter(([key]) => key.startsWith(prefix));
  network.load(new Map(held.map(([key, tensor]) => [key.slice(prefix.length), tensor])));
  const pixels = TENSORS.get(`${name}/pixels`).data;
  const said = (place, method) => TENSORS.get(`${name}/${place}/${method}`).data;
  return {
    ...CASES[name],
    graph,
    network,
    pixels,
    said,
    seeds: CASES[name].seeds.map((s) => Float32Array.from(s)),
  };
}

/** What a generator returns, and all that it said on the way. */
function finished(generator) {
  const shares = [];
  for (;;) {
    const { value, done } = generator.next();
    if (done) return { value, shares };
    shares.push(value);
  }
}

const ascending = (numbers) => numbers.every((x, i) => i === 0 || numbers[i - 1] < x);

for (const name of Object.keys(CASES)) {
  const { network, graph, pixels, said, seeds, stage, between } = asked(name);
  seeds.forEach((seed, place) => {
    const of = `${name}, seed ${place}`;

    test(`captum's saliency: ${of}`, () => {
      network.forward(pixels);
      network.pull(seed);
      close(saliency(network), said(place, "saliency"), TOLERANCE, "saliency");
    });

    for (const count of between) {
      test(`captum's integrated gradients, ${count} pictures: ${of}`, () => {
        const { value, shares } = finished(integrated(network, pixels, seed, count));
        const expected = said(place, `integrated/${count}`);
        close(value.parts, expected, TOLERANCE, "parts");
        close([value.sum], [expected.reduce((sum, part) => sum + part, 0)], TOLERANCE, "sum");
        const black = scoreOf(network.forward(pixels.map(() => 0)), seed);
        close([value.black], [black], TOLERANCE, "black");
        close([value.score], [scoreOf(network.forward(pixels), seed)], TOLERANCE, "score");
        assert.equal(shares.length, count);
        assert.equal(shares.at(-1), 1);
      });
    }

    test(`captum's occlusion: ${of}`, () => {
      const { value, shares } = finished(occlusion(network, pixels, seed));
      close(value, said(place, "occlusion"), TOLERANCE, "occlusion");
      assert.ok(ascending(shares));
    });

    test(`captum's Grad-CAM: ${of}`, () => {
      assert.equal(lastMaps(graph), stage);
      network.forward(pixels);
      network.pull(seed);
      const found = gradcam(network, stage);
      close(found, said(place, "gradcam"), TOLERANCE, "map");
      assert.ok(found.every((x) => x >= 0));
    });
  });
}

test("the golden pictures tell maps apart: none is blank", () => {
  for (const [name, { data }] of TENSORS)
    assert.ok(
      data.some((x) => Math.abs(x) > 1e-3),
      name,
    );
});

test("the parts of a smooth network add up to the whole with the page's own count", () => {
  const { network, pixels, seeds } = asked("colours");
  const { value } = finished(integrated(network, pixels, seeds[0]));
  assert.equal(BETWEEN, 32);
  close([value.sum], [value.score - value.black], 1e-4, "sum");
});

test("Gauss and Legendre: exact for every power up to 2n - 1, and not beyond", () => {
  for (const count of [1, 2, 5, 32, 50]) {
    const { places, shares } = gaussLegendre(count);
    const integral = (power) => places.reduce((sum, x, i) => sum + shares[i] * x ** power, 0);
    for (let power = 0; power < 2 * count; power++) {
      assert.ok(Math.abs(integral(power) * (power + 1) - 1) < 1e-12, `x to the ${power}, ${count} places`);
    }
    assert.ok(ascending(places));
  }
  const { places, shares } = gaussLegendre(2); // x⁴: 7/36 of the two, 1/5 in truth
  assert.ok(Math.abs(places.reduce((sum, x, i) => sum + shares[i] * x ** 4, 0) - 7 / 36) < 1e-15);
});

test("a question is a seed: one class, or its lead over another", () => {
  assert.deepEqual([...seedOf({ subject: 1, rival: null }, 3)], [0, 1, 0]);
  assert.deepEqual([...seedOf({ subject: 2, rival: 0 }, 3)], [-1, 0, 1]);
  assert.equal(scoreOf([5, 3, 4], seedOf({ subject: 2, rival: 0 }, 3)), -1);
  assert.equal(scoreOf([Infinity, 3, 4], seedOf({ subject: 2, rival: null }, 3)), 4);
});

test("a patch covers a part of any picture: 4 pixels of a digit, more of a large one", () => {
  assert.deepEqual(
    [28, 32, 12, 3, 2, 64, 224].map((side) => patchOf([1, side, side])),
    [4, 4, 4, 3, 2, 8, 28],
  );
  assert.equal(patchOf([1, 32, 37]), 6);
  assert.equal(patchOf([1, 1, 37]), 1);
});

test("what is black already is wiped out without asking the network", () => {
  const { network, pixels, seeds } = asked("tutorial");
  let asks = 0;
  const counting = { graph: network.graph, forward: (image) => (asks++, network.forward(image)) };
  finished(occlusion(counting, pixels, seeds[0]));
  assert.ok(asks > 1 && asks < 120, `${asks} times of 170`);
  const { value, shares } = finished(occlusion(network, new Float32Array(784), seeds[0]));
  assert.ok(value.every((x) => x === 0));
  assert.deepEqual(shares, []);
});

test("Grad-CAM's stage: through norm, activation and sum; a network without a convolution has none", () => {
  const networks = new Map(cases("networks").map(({ name, graph }) => [name, graph]));
  assert.equal(lastMaps(networks.get("residual")), "relu:2");
  assert.equal(lastMaps(networks.get("inception")), "joined");
  assert.equal(lastMaps(networks.get("rgb, normalised")), "conv2"); // its activation is no stage
  assert.equal(lastMaps(cases("operations").find(({ name }) => name === "maxpool, plain").graph), null);
});

/** A graph of nodes [name, op, inputs, shape, attrs] on a gray picture of 8×8; the last gives the logits. */
function made(...nodes) {
  return new Graph({
    input: { shape: [1, 8, 8], mean: [0], std: [1] },
    classes: nodes.at(-1)[3].map(String),
    output: nodes.at(-1)[0],
    nodes: nodes.map(([name, op, inputs, shape, attrs = {}]) => {
      const weights = ["conv", "linear"].includes(op) ? { weight: `${name}.weight` } : {};
      return { name, op, inputs, shape, attrs, weights, stage: true };
    }),
  });
}

const window = { kernel: [3, 3], stride: [1, 1], padding: [0, 0] };
const conv = { channels: 1, groups: 1, dilation: [1, 1], ...window };

test("Grad-CAM's stage: not what two stages read, nor rows one below the other, nor a single place", () => {
  const first = ["first", "conv", ["input"], [1, 6, 6], conv];
  const flat = (source, count) => ["flat", "flatten", [source], [count]];
  const parted = [first, ["a", "relu", ["first"], [1, 6, 6]], ["b", "tanh", ["first"], [1, 6, 6]]];
  const both = ["both", "add", ["a", "b"], [1, 6, 6]];
  const end = ["logits", "linear", ["flat"], [1], { features: 1 }];
  assert.equal(lastMaps(made(...parted, both, flat("both", 36), end)), "first");
  const rows = ["rows", "concat", ["first", "first"], [1, 12, 6], { axis: 1 }];
  assert.equal(lastMaps(made(first, rows, flat("rows", 72), end)), "first");
  const dot = ["dot", "conv", ["first"], [1, 1, 1], { ...conv, kernel: [6, 6] }];
  const dotted = made(first, dot, ["logits", "flatten", ["dot"], [1]]);
  assert.equal(lastMaps(dotted), "first");
});

test("where a map's numbers stand when its kernels are spread", () => {
  const wide = ["wide", "conv", ["input"], [1, 4, 6], { ...conv, dilation: [2, 1] }];
  const graph = made(
    wide,
    ["flat", "flatten", ["wide"], [24]],
    ["logits", "linear", ["flat"], [1], { features: 1 }],
  );
  assert.deepEqual(lattice(graph, "wide"), { start: [2, 1], pace: [1, 1] });
});

test("Grad-CAM: what is no number stays visible", () => {
  const { network, pixels, seeds, stage } = asked("tutorial");
  network.forward(pixels.map(() => NaN));
  network.pull(seeds[0]);
  assert.ok(gradcam(network, stage).every(Number.isNaN));
});

test("a map's numbers stand in the middle of what they are computed from", () => {
  assert.deepEqual(lattice(asked("tutorial").graph, "relu2"), { start: [0.5, 0.5], pace: [2, 2] });
  // No padding: 3×3 numbers at the pixels 9, 13 and 17, not at 4, 13 and 23.
  assert.deepEqual(lattice(asked("fast").graph, "relu3"), { start: [9, 9], pace: [4, 4] });
  assert.deepEqual(lattice(asked("fast").graph, "input"), { start: [0, 0], pace: [1, 1] });
});

test("a map is spread straight between its places, level beyond them", () => {
  const found = spread(Float32Array.of(0, 4, 8, 12), [2, 2], [4, 5], { start: [1, 1], pace: [1, 2] });
  const rows = Array.from({ length: 4 }, (_, row) => [...found.subarray(5 * row, 5 * row + 5)]);
  assert.deepEqual(rows, [
    [0, 0, 2, 4, 4],
    [0, 0, 2, 4, 4],
    [8, 8, 10, 12, 12],
    [8, 8, 10, 12, 12],
  ]);
});

test("the four maps have a number a pixel, and say what they can't tell", () => {
  const { network, graph, pixels, said } = asked("colours");
  const ask = { network, pixels, question: { subject: 2, rival: 0 } };
  const planes = (method, join) => acrossChannels(said(1, method), 3, join);
  const { saliency, gradcam } = atOnce(ask);
  close(saliency.map, planes("saliency", Math.max), TOLERANCE, "saliency");
  assert.equal(gradcam.map.length, 14 * 11);
  close([Math.max(...gradcam.map)], [Math.max(...said(1, "gradcam"))], TOLERANCE, "its highest");
  assert.match(gradcam.says, /the maps of sum that speak for a c rather than an a .* those 7×6 maps/);
  const parts = finished(integratedSlowly(ask)).value;
  const sum = (one, other) => one + other;
  close(parts.map, planes("integrated/32", sum), TOLERANCE, "parts");
  const total = parts.map.reduce(sum).toPrecision(3).replace("-", "−");
  assert.ok(parts.says.includes(`add up to ${total}, of ${total} = `), parts.says);
  const { map, says } = finished(occlusionSlowly(ask)).value;
  close(map, said(1, "occlusion"), TOLERANCE, "occlusion");
  assert.match(says, /a 4×4 patch is wiped out/);
  assert.equal(graph.classes[2], "c");
});

test("a network without a convolution has three maps", () => {
  const golden = cases("operations").find(({ name }) => name === "maxpool, plain");
  const network = new Network(golden.graph);
  network.load(golden.weights);
  const { saliency, gradcam } = atOnce({
    network,
    pixels: golden.images[0],
    question: { subject: 0, rival: null },
  });
  assert.equal(saliency.map.length, 72);
  assert.equal(gradcam.map, null);
  assert.match(gradcam.says, /no convolution/);
});

test("the ink's outline lies where it is half as bright, and closes", () => {
  // One bright pixel: a diamond, half a pixel wide from its middle to each corner.
  const dot = outline([0, 0, 0, 0, 1, 0, 0, 0, 0], 3, 3);
  const corners = ["1.5 1", "2 1.5", "1.5 2", "1 1.5"];
  assert.equal(dot.length, 4);
  const ends = dot.flat().map(([x, y]) => `${x} ${y}`);
  for (const corner of corners) assert.equal(ends.filter((end) => end === corner).length, 2, corner);
  // A picture that is all ink but one pixel in a corner: it closes beyond the picture.
  for (const gray of [
    [1, 1, 1, 0],
    [1, 0, 0, 1],
    [0, 1, 1, 0],
    [0.9, 0.2, 0.3, 0.8],
  ]) {
    const found = outline(gray, 2, 2).flat();
    const met = new Map();
    for (const end of found.map(String)) met.set(end, (met.get(end) ?? 0) + 1);
    assert.ok(found.length > 0 && [...met.values()].every((times) => times === 2), `${gray}`);
  }
  assert.deepEqual(outline([0.5, 0.5, 0.5, 0.55], 2, 2), []);
  assert.deepEqual(outline([NaN, 0, 1, 0], 2, 2), []);
  assert.equal(
    pathOf([
      [
        [1, 0.123],
        [2, 3],
      ],
    ]),
    "M1 0.12L2 3",
  );
});

test("two bright corners belong together where the middle is bright", () => {
  // How far the pieces between the four pixels lie from the diagonal of the bright ones.
  const aside = (gray) =>
    outline(gray, 2, 2)
      .filter((ends) => ends.flat().every((x) => x >= 0.5 && x <= 1.5))
      .map(([[x, y], [u, v]]) => Math.abs(x + u - y - v) / 2);
  const [bright, dim] = [aside([1, 0.45, 0, 1]), aside([1, 0.1, 0, 0.8])];
  assert.ok(bright.length === 2 && bright.every((way) => way > 0.4), `${bright}`);
  assert.ok(dim.length === 2 && dim.every((way) => way < 0.3), `${dim}`);
});

test("what is asked stands in the address, and nonsense is left out", () => {
  const nothing = { subject: null, rival: null };
  for (const [text, asks] of [
    ["4", { subject: 4, rival: null }],
    ["4.9", { subject: 4, rival: 9 }],
    ["", nothing],
  ]) {
    assert.deepEqual(readAsked(text, 10), asks);
    assert.equal(writeAsked(asks), text);
  }
  for (const text of [undefined, "open", "10", "-1", ".4", "1e0"]) {
    assert.deepEqual(readAsked(text, 10), nothing, `${text}`);
  }
  assert.deepEqual(readAsked("4.4", 10), { subject: 4, rival: null });
  assert.deepEqual(readAsked("4.10", 10), { subject: 4, rival: null });
  assert.deepEqual(questionOf(nothing, 7), { subject: 7, rival: null });
  assert.deepEqual(questionOf({ subject: 0, rival: 7 }, 7), { subject: 0, rival: 7 });
});

test("the words beside the maps", () => {
  const classes = ["0", "1", "8"];
  assert.equal(scoreWords({ subject: 2, rival: null }, 7.315, classes), "Its score for an 8 is 7.32.");
  assert.equal(scoreWords({ subject: 2, rival: 0 }, 2, classes), "It scores an 8 2 above a 0.");
  assert.equal(scoreWords({ subject: 1, rival: 2 }, -2.5, classes), "It scores a 1 2.5 below an 8.");
  assert.match(
    colourWords({ subject: 1, rival: null }, classes),
    /^Red speaks for a 1, blue against it; saliency has no sign/,
  );
  assert.match(colourWords({ subject: 1, rival: 2 }, classes), /blue for an 8;/);
  assert.equal(strongestWords(Float32Array.of(1, 0, 2, -3, 0, 3), 3), "strongest at row 2, column 1");
  assert.equal(strongestWords(new Float32Array(4), 2), "zero everywhere");
  assert.equal(strongestWords(Float32Array.of(1, NaN), 2), "not a number");
  assert.equal(besides(Float32Array.of(0, 1)), "");
  assert.match(besides(new Float32Array(4)), /zero everywhere/);
  assert.match(besides(Float32Array.of(1, NaN)), /numbers are no longer finite/);
  assert.equal(besides(null), "");
  assert.match(scoreWords({ subject: 0, rival: 1 }, NaN, classes), /^No answer to ask about: /);
  const told = "the parts add up to 3.98, of 3.98 = 4.11 − 0.13 (what a black picture gets)";
  assert.ok(integratedWords(3.98, 4.11, 0.13).includes(told));
  assert.match(integratedWords(4.2, 4.11, -0.13), / = 4\.11 \+ 0\.13 \(/);
  assert.doesNotMatch(integratedWords(NaN, NaN, NaN), /NaN/);
});
