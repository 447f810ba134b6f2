// Reading the golden files, and comparing with them.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";

import { Graph } from "#app/net/graph.js";
import { readTensors } from "#app/net/safetensors.js";

const FOLDER = new URL("../golden/", import.meta.url);
const EVERY = 13; // as in tools/golden_net.py
const WHOLE = 1000;

/** A file's bytes in an ArrayBuffer of their own. */
export function bytes(path) {
  return Uint8Array.from(readFileSync(new URL(path, FOLDER))).buffer;
}

/** The cases of tests/golden/frame by name. */
export function frames() {
  const files = readdirSync(new URL("frame/", FOLDER)).filter((file) => file.endsWith(".json"));
  return files
    .sort()
    .map((file) => [file, JSON.parse(readFileSync(new URL(`frame/${file}`, FOLDER), "utf8"))]);
}

/** The cases of a group of tests/golden/net. */
export function cases(group) {
  const description = JSON.parse(readFileSync(new URL(`net/${group}.json`, FOLDER), "utf8"));
  const tensors = readTensors(bytes(`net/${group}.safetensors`), group);
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
export function kept(numbers) {
  return numbers.length > WHOLE ? numbers.filter((_, i) => i % EVERY === 0) : numbers;
}

/** Demand that numbers agree to a share of the largest one expected. */
export function close(found, expected, tolerance, what) {
  assert.equal(found.length, expected.length, `${what}: how many numbers`);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  for (let i = 0; i < expected.length; i++) {
    const apart = Math.abs(found[i] - expected[i]) / scale;
    assert.ok(apart <= tolerance, `${what}, number ${i}: ${found[i]}, expected ${expected[i]}`);
  }
}
