// Golden files against what the page computes: runs under node and in a browser alike.

import { Graph } from "#app/net/graph.js";
import { Network } from "#app/net/network.js";
import { readTensors } from "#app/net/safetensors.js";
import { frame } from "#app/reading/frame.js";
import { fromGray } from "#app/reading/picture.js";

const EVERY = 13; // as in tools/golden_net.py
const WHOLE = 1000;

/** The cases of a group of tests/golden/net, from the content of its two files. */
export function casesOf(description, buffer, group) {
  const tensors = readTensors(buffer, group);
  return Object.entries(description).map(([name, { graph, labels, losses }]) => ({
    name,
    graph: new Graph(graph),
    labels,
    losses,
    images: rows(tensors.get(`${name}/images`)),
    weights: under(tensors, `${name}/weights/`),
    values: under(tensors, `${name}/values/`),
    gradients: under(tensors, `${name}/gradients/`),
  }));
}

function under(tensors, prefix) {
  const found = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(found.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/** The items of a tensor [n, …], each a flat array. */
export function rows({ shape, data }) {
  const length = data.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) => data.subarray(i * length, (i + 1) * length));
}

/** What the golden files keep of a stage. */
function kept(numbers) {
  return numbers.length > WHOLE ? numbers.filter((_, i) => i % EVERY === 0) : numbers;
}

/** Demand that the network has torch's values, losses and gradients at every stage of a case. */
export function networkAgrees(golden, tolerance) {
  const network = new Network(golden.graph);
  network.load(golden.weights);
  // The first image comes once more at the end: nothing of an earlier one may remain.
  for (const i of [...golden.images.keys(), 0]) {
    network.forward(golden.images[i]);
    const loss = network.backward(golden.labels[i]);
    close([loss], [golden.losses[i]], tolerance, `loss of ${golden.name}`);
    for (const stage of golden.graph.stages) {
      const where = `${stage} of ${golden.name}`;
      const [value, gradient] = [network.value(stage), network.gradient(stage)];
      close(kept(value), rows(golden.values.get(stage))[i], tolerance, `value of ${where}`);
      close(kept(gradient), rows(golden.gradients.get(stage))[i], tolerance, `gradient of ${where}`);
    }
  }
}

/** Demand that ink is framed as in a case of tests/golden/frame. */
export function frameAgrees({ gray, frame: expected }, tolerance) {
  const { height, width, uint8 } = gray;
  const data = Uint8Array.from(atob(uint8), (character) => character.charCodeAt(0));
  const { box, corner, shift, scale, gain, pixels } = frame(fromGray({ height, width, data }));
  const { top, left, bottom, right } = box;
  close([top, left, bottom, right], expected.box, 0, "box");
  close([...corner, ...shift], [...expected.corner, ...expected.shift], 0, "corner and shift");
  close([scale, gain], [expected.scale, expected.gain], 1e-9, "scale and gain");
  close(pixels, expected.pixels.flat(), tolerance, "pixels");
}

/** Demand that numbers agree to a share of the largest one expected. */
export function close(found, expected, tolerance, what) {
  if (found.length !== expected.length) {
    throw new Error(`${what}: ${found.length} numbers, expected ${expected.length}`);
  }
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  for (let i = 0; i < expected.length; i++) {
    if (Math.abs(found[i] - expected[i]) / scale <= tolerance) continue;
    throw new Error(`${what}, number ${i}: ${found[i]}, expected ${expected[i]}`);
  }
}
