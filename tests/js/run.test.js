// A recording as the page reads it, from a source in memory.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FileError, HandlensError } from "#app/errors.js";
import { readAbout } from "#app/source/about.js";
import { Queue } from "#app/source/queue.js";
import { Run } from "#app/source/run.js";
import { write } from "./safetensors_write.js";
import { GRAPH } from "./tiny.js";

const ABOUT = {
  name: "tiny",
  status: "running",
  created: "2026-11-01T10:00:00+00:00",
  handlens: "0.3.0",
  recipe: null,
  origin: { recording: "first", step: 4 },
  result: null,
  accuracy: null,
  accuracy_set: null,
  watched: "test",
  data: "mnist",
  things: "digits",
  graph: GRAPH,
  frames: [0, 1, 4, 10],
  rounded: false,
  total: 12,
  losses: { steps: [1, 2], values: [2.3, null] },
  evaluations: [
    { step: 4, set: "test", n: 3, loss: null, accuracy: 0.5, gradient_norm: { w: null }, update_ratio: {} },
  ],
  epochs: [[10, 1]],
  notes: [{ step: 2, text: "slow" }],
  changes: [{ step: 4, field: "lr", value: 0.001 }],
  lesson: false,
  sets: [{ name: "test", n: 1000, held: 252 }],
  first: { set: "test", index: 0 },
  missing: null,
  ranges: { stages: { logits: 3 }, tensors: { w: 0.5 } },
  ink: false,
  rooms: { set: "test", parts: ["outputs"], slow: {}, missing: {}, said: "", doubtful: [7] },
};

const encode = (value) => new TextEncoder().encode(JSON.stringify(value));
const frame = (step) => write({ w: [[2, 2], Float32Array.of(step, 0, 0, 1)] });

/** Answers to two items; the loss is the step. */
const outputs = (step) =>
  write({
    odds: [[2, 2], Uint8Array.of(200, 56, 100, 156)],
    scale: [[1], Float32Array.of(16)],
    guesses: [[2], Uint8Array.of(0, 1)],
    confusion: [[2, 2], new Int32Array(4)],
    bins: [[15, 2], new Int32Array(30)],
    sure: [[15], new Float32Array(15)],
    loss: [[1], Float32Array.of(step)],
    doubtful_right: [[1], Int32Array.of(0)],
  });

/** A source of ABOUT with changes, which counts what is read; `files` stand in for, or beside, its own. */
function source(changes = {}, files = {}) {
  const held = 252;
  const indices = Int32Array.from({ length: held }, (_, i) => 3 * i);
  const zeros = new Int32Array(held);
  const block = (from, count) => {
    const bytes = Uint8Array.from({ length: 2 * count }, (_, i) => (2 * from + i) % 256);
    return write({ images: [[count, 1, 1, 2], bytes] });
  };
  const all = {
    "run.json": encode({ ...ABOUT, ...changes }),
    "sets/test.safetensors": write({
      indices: [[held], indices],
      labels: [[held], zeros],
      guesses: [[held], zeros.map((_, i) => i % 2)],
    }),
    "digits/test/0.safetensors": block(0, 250),
    "digits/test/1.safetensors": block(250, 2),
    ...Object.fromEntries(ABOUT.frames.map((step) => [`frames/${step}.safetensors`, frame(step)])),
    ...Object.fromEntries(ABOUT.frames.map((step) => [`outputs/test/${step}.safetensors`, outputs(step)])),
    ...files,
  };
  const reads = [];
  return {
    reads,
    all,
    runs: async () => [],
    async read(run, key) {
      reads.push(key);
      if (!(key in all)) throw new HandlensError(`no ${key}`);
      return all[key];
    },
    watch: () => () => {},
  };
}

const rejects = (promise, message, kind = HandlensError) =>
  assert.rejects(promise, (error) => error instanceof kind && message.test(error.message), String(message));

test("the nearest frame; of two equally near the earlier", async () => {
  const run = await Run.open(source(), "tiny");
  assert.deepEqual(run.steps, [0, 1, 4, 10]);
  const wanted = [-5, 0, 0.5, 0.6, 2, 3, 7, 7.1, 99];
  const near = [0, 0, 0, 1, 1, 4, 4, 10, 10];
  for (const [i, step] of wanted.entries()) assert.equal(run.nearest(step), near[i], `near ${step}`);
});

test("a frame is brought once, also for two who ask at the same time", async () => {
  const from = source();
  const run = await Run.open(from, "tiny");
  assert.equal(run.weights(4), undefined);
  const [one, other] = await Promise.all([run.fetch(4), run.fetch(4)]);
  assert.equal(one, other);
  assert.equal(run.weights(4), one);
  assert.equal(await run.fetch(4), one);
  assert.deepEqual([...one.get("w").data], [4, 0, 0, 1]);
  assert.deepEqual(from.reads, ["run.json", "frames/4.safetensors"]);
});

test("a frame that failed can be asked for again", async () => {
  const from = source({}, { "frames/4.safetensors": frame(4).slice(0, 50) });
  const run = await Run.open(from, "tiny");
  await rejects(run.fetch(4), /^frames\/4.safetensors: /, FileError);
  from.all["frames/4.safetensors"] = write({ v: [[1], Float32Array.of(1)] });
  await rejects(run.fetch(4), /^frames\/4.safetensors: tensor 'w' \[2, 2\] is missing; found v/);
  from.all["frames/4.safetensors"] = frame(4);
  assert.equal((await run.fetch(4)).get("w").data[0], 4);
});

test("digits: bytes become 0…1, across blocks, each block read once", async () => {
  const from = source();
  const run = await Run.open(from, "tiny");
  assert.deepEqual(await run.digit("test", 3), Float32Array.of(6 / 255, 7 / 255));
  const pixels = await run.digit("test", 251);
  assert.deepEqual(pixels, Float32Array.of(246 / 255, 247 / 255));
  pixels.fill(9); // the caller's own
  assert.deepEqual((await run.digit("test", 251))[0], Math.fround(246 / 255));
  assert.deepEqual(from.reads.slice(1), ["digits/test/0.safetensors", "digits/test/1.safetensors"]);
  await rejects(run.digit("test", 252), /test holds no item at place 252; it has 0 to 251/);
  await rejects(run.digit("test", 0.5), /no item at place 0.5/);
  await rejects(run.digit("train", 0), /no set 'train'; it has test/);
});

test("samples that are float32 stay as they are", async () => {
  const images = write({ images: [[1, 1, 1, 2], Float32Array.of(-1.5, 0.25)] });
  const run = await Run.open(source({}, { "digits/test/0.safetensors": images }), "tiny");
  assert.deepEqual(await run.digit("test", 0), Float32Array.of(-1.5, 0.25));
  await rejects(run.digit("test", 1), /digits\/test\/0.safetensors: 1 images, none at place 1/, FileError);
});

test("a set, and where an item stands in it", async () => {
  const from = source();
  const run = await Run.open(from, "tiny");
  const { indices, labels, guesses } = await run.set("test");
  assert.deepEqual([indices[2], labels[1], guesses[1]], [6, 0, 1]);
  assert.equal(await run.position("test", 9), 3);
  assert.equal(await run.position("test", 10), undefined);
  assert.equal(from.reads.length, 2);
  await rejects(run.set("train"), /no set 'train'/);
  const wrong = source({ sets: [{ name: "test", n: 1000, held: 251 }] });
  const opened = await Run.open(wrong, "x");
  await rejects(opened.set("test"), /'indices' must be whole numbers, \[251\]; it is \[252\]/);
});

test("damaged images", async () => {
  const key = "digits/test/0.safetensors";
  const whole = write({ images: [[1, 1, 1, 2], Int32Array.of(1, 2)] });
  const wide = write({ images: [[1, 1, 1, 3], Uint8Array.of(1, 2, 3)] });
  for (const file of [whole, wide, write({})]) {
    const run = await Run.open(source({}, { [key]: file }), "tiny");
    await rejects(run.digit("test", 0), /'images' must be bytes or float32, \[n, 1, 1, 2\]/, FileError);
  }
});

test("faces are as they were sent, once their blocks are here", async () => {
  const from = source();
  const run = await Run.open(from, "tiny");
  assert.equal(run.face("test", 3), undefined);
  await run.bringFaces("test", [3, 4, 251]);
  assert.deepEqual(run.face("test", 3), Uint8Array.of(6, 7));
  assert.deepEqual(run.face("test", 251), Uint8Array.of((2 * 251) % 256, (2 * 251 + 1) % 256));
  assert.equal(run.face("test", 252), undefined);
  await run.digit("test", 5);
  await run.bringFaces("test", [3, 251]);
  assert.equal(from.reads.filter((key) => key.startsWith("digits/")).length, 2);
  await rejects(run.bringFaces("test", [500]), /no digits/);
});

test("outcomes of a frame are brought once, and forgotten when the training has ended", async () => {
  const from = source();
  const run = await Run.open(from, "tiny");
  assert.equal(run.has("outputs"), true);
  assert.equal(run.has("units"), false);
  assert.equal(run.outcomes(4), undefined);
  const [one, other] = await Promise.all([run.fetchOutcomes(4), run.fetchOutcomes(4)]);
  assert.equal(one, other);
  assert.equal(run.outcomes(4), one);
  assert.deepEqual([one.step, one.set, one.counts.loss], [4, "test", 4]);
  assert.equal(from.reads.filter((key) => key.startsWith("outputs/")).length, 1);
  const key = "outputs/test/4.safetensors";
  assert.equal(run.partHere(key).get("loss").data[0], 4);
  assert.equal(await run.part(key), run.partHere(key));
  from.all["run.json"] = encode({ ...ABOUT, status: "finished" });
  await run.refresh();
  assert.equal(run.outcomes(4), undefined);
  assert.equal(run.partHere(key), undefined);
  await rejects((await Run.open(source({ rooms: null }), "tiny")).fetchOutcomes(4), /has no set to look at/);
});

test("a recording that grows: frames come and go, guesses are the new last frame's", async () => {
  const from = source();
  const run = await Run.open(from, "tiny");
  const kept = await run.fetch(0);
  await run.fetch(1);
  await run.set("test");
  from.all["run.json"] = encode({ ...ABOUT, frames: [0, 4, 10, 12], total: 12 });
  await run.refresh();
  assert.deepEqual(run.steps, [0, 4, 10, 12]);
  assert.equal(run.weights(0), kept);
  assert.equal(run.weights(1), undefined);
  await run.set("test");
  assert.equal(from.reads.filter((key) => key.startsWith("sets/")).length, 2);
  await run.refresh();
  await run.set("test");
  assert.equal(from.reads.filter((key) => key.startsWith("sets/")).length, 2);
});

test("of two looks at once the later counts, whichever is answered last", async () => {
  const from = source();
  const run = await Run.open(from, "tiny");
  const answers = [];
  from.read = () => new Promise((resolve) => answers.push(resolve));
  const looks = [run.refresh(), run.refresh()];
  answers[1](encode({ ...ABOUT, total: 99, status: "finished" }));
  answers[0](encode({ ...ABOUT, total: 50 }));
  await Promise.all(looks);
  assert.deepEqual([run.about.total, run.about.status], [99, "finished"]);
});

test("another recording in the same place isn't mixed with the one that was opened", async () => {
  const from = source();
  const run = await Run.open(from, "tiny");
  from.all["run.json"] = encode({ ...ABOUT, created: "2026-11-02T10:00:00+00:00" });
  await rejects(run.refresh(), /tiny is another recording now; load the page again/);
});

test("run.json is checked field by field", () => {
  const refuses = (change, message) => {
    const about = structuredClone(ABOUT);
    change(about);
    assert.throws(
      () => readAbout(encode(about), "run.json"),
      (error) => error instanceof FileError && message.test(error.message),
      String(message),
    );
  };
  assert.deepEqual(readAbout(encode(ABOUT), "run.json"), ABOUT);
  refuses((about) => delete about.frames, /run.json: field 'frames' is missing/);
  refuses((about) => (about.frames = []), /frames: a recording has at least one/);
  refuses((about) => (about.frames = [0, 4, 4]), /frames: step 4 comes after 4/);
  refuses((about) => (about.frames[1] = -1), /run.json.frames.1 must be a whole number from 0 on, not -1/);
  refuses((about) => (about.status = "done"), /status must be running or .*, not "done"/);
  refuses((about) => (about.losses.values = [1]), /losses: 2 steps, but 1 values/);
  refuses((about) => (about.losses.values[0] = "NaN"), /losses.values.0 must be a number, not "NaN"/);
  refuses((about) => (about.ranges.stages.logits = 0), /stages.logits must be a number above 0, not 0/);
  refuses((about) => (about.evaluations[0].gradient_norm = []), /gradient_norm must be a JSON object/);
  refuses((about) => delete about.sets[0].held, /run.json.sets.0: field 'held' is missing/);
  refuses((about) => (about.epochs = [[1]]), /epochs.0 must be two whole numbers, not \[1\]/);
  refuses((about) => (about.first = {}), /run.json.first: field 'set' is missing/);
  refuses((about) => (about.missing = 1), /run.json.missing must be a text, not 1/);
  refuses((about) => (about.name = null), /run.json.name must be a text, not null/);
  refuses((about) => (about.ink = 1), /ink must be true or false/);
  refuses((about) => (about.notes = {}), /notes must be a list/);
  refuses((about) => delete about.rooms.parts, /run.json.rooms: field 'parts' is missing/);
  refuses((about) => (about.origin = {}), /run.json.origin: field 'recording' is missing/);
  refuses((about) => (about.changes[0].step = "4"), /changes.0.step must be a whole number/);
  assert.throws(() => readAbout(encode(null), "run.json"), /run.json must be a JSON object, not null/);
  assert.throws(() => readAbout(Uint8Array.of(123), "run.json"), /run.json is no JSON/);
});

test("a graph that contradicts itself is refused when the recording is opened", async () => {
  const from = source({ graph: { ...GRAPH, output: "no" } });
  await rejects(Run.open(from, "tiny"), /output 'no' must be a node/);
});

test("a few at a time, the latest first, and a failure holds nothing up", async () => {
  const queue = new Queue(2);
  const begun = [];
  const gates = new Map();
  const task = (name) =>
    queue.run(() => {
      begun.push(name);
      return new Promise((resolve, reject) => gates.set(name, { resolve, reject }));
    });
  const all = ["a", "b", "c", "d"].map(task);
  assert.deepEqual(begun, ["a", "b"]);
  gates.get("a").reject(new Error("lost"));
  await assert.rejects(all[0], /lost/);
  assert.deepEqual(begun, ["a", "b", "d"]);
  all.push(task("f"));
  assert.equal(begun.length, 3); // two are running still
  gates.get("b").resolve(2);
  assert.equal(await all[1], 2);
  assert.deepEqual(begun, ["a", "b", "d", "f"]);
  gates.get("f").resolve();
  await all[4];
  assert.equal(begun[4], "c");
  gates.get("c").resolve();
  gates.get("d").resolve();
  await Promise.all(all.slice(2));
  const last = task("e");
  assert.equal(begun.pop(), "e");
  gates.get("e").resolve();
  await last;
});
