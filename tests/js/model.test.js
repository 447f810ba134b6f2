// The page's state: wishes come in, one consistent view goes out; the strip fills while nothing else is done.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Unreachable } from "#app/errors.js";
import { Ahead } from "#app/app/ahead.js";
import { Filler } from "#app/app/filler.js";
import { Model, argmax } from "#app/app/model.js";
import { Graph } from "#app/net/graph.js";
import { GRAPH } from "./tiny.js";

const graph = new Graph(GRAPH);

/** A recording whose frame of step s has the weights [[s, 0], [0, 4]]: "a" wins where s x > 4 y. */
class Frames {
  graph = graph;
  steps = [0, 2, 8];
  about = { total: 8, rooms: { set: "test" } };
  here = new Map();
  answered = new Map();
  mute = new Map();
  asked = [];
  broken = new Set();

  nearest(step) {
    return this.steps.reduce((best, kept) => (Math.abs(kept - step) < Math.abs(best - step) ? kept : best));
  }

  weights(step) {
    return this.here.get(step);
  }

  has(part) {
    return part === "outputs";
  }

  outcomes(step) {
    return this.answered.get(step);
  }

  async fetchOutcomes(step) {
    this.asked.push(`outcomes ${step}`);
    if (this.mute.has(step)) throw this.mute.get(step);
    this.answered.set(step, { step, set: this.about.rooms.set });
    return this.answered.get(step);
  }

  async fetch(step) {
    this.asked.push(step);
    if (this.broken.has(step)) throw new Error(`frame ${step} is damaged`);
    this.here.set(step, new Map([["w", { shape: [2, 2], data: Float32Array.of(step, 0, 0, 4) }]]));
    return this.here.get(step);
  }
}

const input = (x, y, label = null, kind = "digit") => ({
  pixels: Float32Array.of(x, y),
  label,
  from: { kind },
  frame: null,
  source: null,
});

/** A model whose pictures are drawn by hand: `draw()` does what waits. */
function made(run = new Frames(), first = input(1, 1)) {
  const [waiting, faults, shown] = [[], [], []];
  const later = (wish) => waiting.push(wish);
  const doors = [
    { name: "mistakes", outcomes: true },
    { name: "why", outcomes: false },
  ];
  const model = new Model(run, first, {}, later, (error) => faults.push(error.message), doors);
  model.listen(({ step, computed, probabilities }) => shown.push([step, computed, argmax(probabilities)]));
  const draw = async () => {
    for (let i = 0; i < 10; i++) {
      while (waiting.length > 0) waiting.shift()();
      await Promise.resolve();
    }
  };
  return { model, run, waiting, faults, shown, draw };
}

test("it opens at the last frame, once its weights are here", async () => {
  const { model, run, shown, draw } = made();
  model.change({});
  await draw();
  assert.deepEqual(run.asked, [8]);
  assert.deepEqual(shown.at(-1), [8, 1, 0]);
  assert.deepEqual([...model.view.logits], [8, 4]);
});

test("rooms open, take a state and close", async () => {
  const { model } = made();
  model.actions.room("why", "");
  const before = model.view.rooms;
  model.actions.room("mistakes", "loss");
  assert.deepEqual(model.view.rooms, { why: "", mistakes: "loss" });
  assert.notEqual(model.view.rooms, before);
  model.actions.room("why", null);
  assert.deepEqual(model.view.rooms, { mistakes: "loss" });
});

test("outcomes are brought for the rooms that look at them, and follow the step", async () => {
  const { model, run, faults, draw } = made();
  model.change({});
  await draw();
  model.actions.room("why", "");
  await draw();
  assert.deepEqual(run.asked, [8]);
  model.actions.room("mistakes", "");
  await draw();
  assert.deepEqual(run.asked, [8, "outcomes 8"]);
  assert.equal(model.view.outcomes.step, 8);
  run.mute.set(2, new Error("damaged"));
  model.actions.scrub(2);
  await draw();
  assert.deepEqual([model.view.step, model.view.outcomes.step], [2, 8]);
  assert.deepEqual(faults, ["damaged"]);
  model.actions.focus({ stage: "flat", index: 0 });
  await draw();
  assert.equal(run.asked.filter((what) => what === "outcomes 2").length, 1);
  model.actions.room("mistakes", null);
  model.actions.scrub(0);
  await draw();
  assert.equal(model.view.outcomes.step, 8);
});

test("another set's outcomes are dropped, with what was chosen among them", async () => {
  const { model, run, draw } = made();
  model.change({ rooms: { mistakes: "" } });
  await draw();
  model.actions.choose({ kind: "cell", label: 0, guess: 1 });
  await draw();
  assert.deepEqual(model.view.chosen, { kind: "cell", label: 0, guess: 1 });
  run.about.rooms = { set: "validation" };
  run.answered.clear();
  model.change({});
  await draw();
  assert.equal(model.view.chosen, null);
  assert.equal(model.view.outcomes.set, "validation");
});

test("the other frames' outcomes are brought ahead, two at a time, but not of a training that goes on", async () => {
  const { model, run, faults, draw } = made();
  const ahead = new Ahead(model, (error) => faults.push(error.message));
  model.listen((view) => ahead.update(view));
  run.about.status = "running";
  model.change({ rooms: { mistakes: "" } });
  await draw();
  assert.deepEqual([...run.answered.keys()], [8]);
  run.about.status = "finished";
  run.mute.set(0, new Error("damaged"));
  model.change({});
  await draw();
  assert.deepEqual([...run.answered.keys()], [8, 2]);
  assert.deepEqual(faults, ["damaged"]);
  model.change({});
  await draw();
  assert.equal(run.asked.filter((what) => what === "outcomes 0").length, 1);
});

test("many wishes between two pictures are one computation", async () => {
  const { model, waiting, shown, draw } = made();
  model.change({});
  await draw();
  for (const step of [1, 0, 7, 2]) model.actions.scrub(step);
  assert.equal(waiting.length, 1);
  await draw();
  assert.deepEqual(shown.at(-1), [2, 2, 1]);
  model.actions.focus({ stage: "flat", index: 0 });
  await draw();
  assert.deepEqual(shown.at(-1), [2, 2, 1], "to point computes nothing");
});

test("a step stays on the timeline; frames are gone through one by one, to both ends and no further", async () => {
  const { model, draw } = made();
  model.change({});
  await draw();
  const steps = [];
  for (const count of [-1, -1, -1, 1, 1, 1]) {
    model.actions.move(count);
    steps.push(model.view.wanted);
  }
  assert.deepEqual(steps, [2, 0, 0, 2, 8, 8]);
  model.actions.scrub(-5);
  assert.equal(model.view.wanted, 0);
  model.actions.scrub(Infinity);
  assert.equal(model.view.wanted, 8);
});

test("what is pinned stays, whatever is pointed at", async () => {
  const { model } = made();
  const [one, other] = [
    { stage: "flat", index: 0 },
    { stage: "logits", index: 1 },
  ];
  model.actions.pin(one);
  model.actions.focus(other);
  assert.equal(model.view.unit, one);
  model.actions.pin(null);
  model.actions.focus(other);
  assert.equal(model.view.unit, other);
});

test("gradients are for the input's class; for a drawing, for what it is taken for, or for what was chosen", async () => {
  const { model, draw } = made();
  const given = async (next) => {
    model.actions.take(next);
    await draw();
    return model.view.label;
  };
  model.change({});
  await draw();
  assert.equal(await given(input(1, 0, 1)), 1, "its own");
  assert.equal(await given(input(1, 0, null, "drawing")), 0, "its answer");
  assert.equal(await given(input(0, 1, null, "drawing")), 1, "its answer as it goes on");
  model.actions.scrub(0);
  model.actions.aim(0);
  assert.equal(await given(input(0, 2, null, "drawing")), 0, "what was chosen, as long as it goes on");
  assert.equal(await given(input(0, 1, null, "picture")), 1, "another input's answer");
  model.actions.show("gradients");
  await draw();
  const [a, b] = model.view.network.gradient("logits");
  assert.ok(a > 0 && b < 0 && Math.abs(a + b) < 1e-6, "less of a and more of b would lower b's loss");
});

test("a drawing that the page opens with has its own answer's gradients", async () => {
  const { model, draw } = made(new Frames(), input(0, 1, null, "drawing"));
  model.change({});
  await draw();
  assert.equal(model.view.label, 1);
});

test("another step is no reason to take a drawing for something else", async () => {
  const { model, draw } = made();
  model.change({});
  await draw();
  model.actions.take(input(1, 1, null, "drawing"));
  await draw();
  assert.equal(model.view.label, 0);
  model.actions.scrub(0);
  await draw();
  assert.deepEqual([argmax(model.view.probabilities), model.view.label], [1, 0]);
});

test("a frame that can't be read is said once, and its neighbour stands in", async () => {
  const run = new Frames();
  run.broken.add(8);
  const { model, faults, shown, draw } = made(run);
  model.change({});
  await draw();
  model.change({});
  await draw();
  assert.deepEqual(faults, ["frame 8 is damaged"]);
  assert.equal(shown.at(-1)[0], 2);
});

test("a frame that came after all stands for itself", async () => {
  const run = new Frames();
  run.broken.add(8);
  const { model, shown, draw } = made(run);
  model.change({});
  await draw();
  run.broken.clear();
  await run.fetch(8); // the strip asked again, say
  model.change({});
  await draw();
  assert.equal(shown.at(-1)[0], 8);
});

test("a server that doesn't answer is asked again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const run = new Frames();
  const { model, faults, shown, draw } = made(run);
  const fetch = run.fetch.bind(run);
  run.fetch = () => Promise.reject(new Unreachable("away"));
  const filler = new Filler(
    model,
    (slice) => slice(() => 9),
    (error) => faults.push(error.message),
  );
  model.listen((view) => filler.update(view));
  model.change({});
  await draw();
  assert.deepEqual([shown, faults], [[], ["away"]]);
  run.fetch = fetch;
  t.mock.timers.tick(2000);
  await draw();
  assert.equal(shown.at(-1)[0], 8);
  assert.equal(model.view.strip.whole, true);
});

test("playing goes frame by frame and stops at the last", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { model, shown, draw } = made();
  model.change({});
  await draw();
  model.actions.play();
  await draw();
  assert.equal(model.view.step, 0, "from the end it begins anew");
  const steps = [];
  for (let i = 0; i < 4; i++) {
    t.mock.timers.tick(125);
    await draw();
    steps.push([model.view.step, model.view.playing]);
  }
  assert.deepEqual(steps, [
    [2, true],
    [8, false],
    [8, false],
    [8, false],
  ]);
  assert.ok(shown.length >= 4);
});

/** A model with its strip: `idle(n)` gives the filler n slices of idle time, a frame each. */
function filled(run) {
  const base = made(run);
  const { model, faults, draw } = base;
  const slices = [];
  const filler = new Filler(
    model,
    (slice) => slices.push(slice),
    (error) => faults.push(error.message),
  );
  model.listen((view) => filler.update(view));
  const idle = async (count = 20) => {
    for (let i = 0; i < count; i++) {
      await draw();
      slices.shift()?.(() => 0);
    }
    await draw();
  };
  const said = () => model.view.run.steps.map((step) => argmax(model.view.strip.answers.get(step) ?? [NaN]));
  return { ...base, idle, said };
}

test("every frame answers to the input, coarse to fine, and again to the next input", async () => {
  const { model, run, faults, idle, said } = filled();
  model.change({});
  await idle();
  assert.deepEqual([model.view.strip.whole, said()], [true, [1, 1, 0]]);
  model.actions.take(input(1, 0));
  await idle();
  assert.deepEqual([model.view.strip.whole, said()], [true, [0, 0, 0]]);
  run.steps = [0, 2, 8, 9];
  model.change({});
  await idle();
  assert.deepEqual(said(), [0, 0, 0, 0], "a frame more answers too");
  assert.deepEqual(faults, []);
});

test("a recording that grows while the strip fills keeps no answer to the input before", async () => {
  const { model, run, idle, said } = filled();
  model.change({});
  await idle();
  model.actions.take(input(1, 0));
  await idle(1);
  assert.equal(model.view.strip.whole, false);
  run.steps = [0, 2, 8, 9];
  model.change({});
  await idle();
  assert.deepEqual([model.view.strip.whole, said()], [true, [0, 0, 0, 0]]);
});

test("as many frames, but others: the new ones answer", async () => {
  const { model, run, idle } = filled();
  model.change({});
  await idle();
  run.steps = [0, 8, 9];
  model.change({});
  await idle();
  assert.ok(model.view.strip.answers.has(9));
});

test("the strip does without a frame that can't be read, whenever that is known, and for each input", async () => {
  const run = new Frames();
  let refuse = () => {};
  const fetch = run.fetch.bind(run);
  run.fetch = (step) =>
    step === 2
      ? new Promise((_, reject) => (refuse = () => reject(new Error("frame 2 is damaged"))))
      : fetch(step);
  const { model, faults, idle } = filled(run);
  model.change({});
  await idle();
  assert.equal(model.view.strip.whole, false);
  refuse();
  await idle();
  assert.deepEqual([model.view.strip.whole, [...model.view.strip.answers.keys()]], [true, [0, 8]]);
  model.actions.take(input(1, 0));
  await idle();
  assert.equal(model.view.strip.whole, true);
  assert.deepEqual(faults, ["frame 2 is damaged"]);
});

test("of a large network only a few frames answer: the page isn't blocked for long", async (t) => {
  const run = new Frames();
  run.steps = Array.from({ length: 40 }, (_, i) => i);
  const { model, draw } = made(run);
  let now = 0;
  t.mock.method(performance, "now", () => (now += 60));
  const slices = [];
  const filler = new Filler(
    model,
    (slice) => slices.push(slice),
    () => {},
  );
  model.listen((view) => filler.update(view));
  const idle = async () => {
    for (let i = 0; i < 60; i++) {
      await draw();
      slices.shift()?.(() => 0);
    }
  };
  model.change({});
  await idle();
  const { answers } = model.view.strip;
  assert.equal(answers.size, 9);
  assert.ok(answers.has(0) && answers.has(39) && model.view.strip.whole);
  model.actions.take(input(1, 0));
  await idle();
  assert.equal(answers.size, 9);
});
