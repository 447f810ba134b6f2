// What the room "Compare" works out: curves, differences, headlines; the other recording at the page's step.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Beside } from "#app/app/beside.js";
import { Unreachable } from "#app/errors.js";
import { differences, sameWords } from "#app/look/compare/difference.js";
import { headlineOf, rightWords, worstWords } from "#app/look/compare/headline.js";
import { readBeside, writeBeside } from "#app/look/compare/state.js";
import { logScale, lossPoints, scoredPoints, short, smooth, smoothed } from "#app/look/curves.js";
import { Graph } from "#app/net/graph.js";
import { GRAPH } from "./tiny.js";

const near = (value, expected) => assert.ok(Math.abs(value - expected) < 1e-9, `${value} for ${expected}`);

test("points of the curves: numbers only, never below what can be drawn", () => {
  const place = (step) => step / 10;
  const losses = { steps: [1, 2, 5], values: [2, null, 0] };
  assert.deepEqual(lossPoints({ losses }, place), [
    { place: 0.1, value: 2 },
    { place: 0.5, value: 1e-4 },
  ]);
  const evaluations = [
    { step: 0, loss: 0, accuracy: 0 },
    { step: 10, loss: null, accuracy: 0.5 },
  ];
  assert.deepEqual(scoredPoints({ evaluations }, "loss", place), [{ place: 0, value: 1e-4 }]);
  assert.deepEqual(scoredPoints({ evaluations }, "accuracy", place), [
    { place: 0, value: 0 },
    { place: 1, value: 0.5 },
  ]);
});

test("the smoothed loss is the mean within a window, by brute force", () => {
  const points = Array.from({ length: 200 }, (_, i) => ({
    place: (i / 199) ** 2,
    value: 1 + Math.sin(i) ** 2,
  }));
  smooth(points).forEach(({ place, value }, i) => {
    const within = points.filter((point) => Math.abs(point.place - place) <= 0.012);
    assert.equal(place, points[i].place);
    near(value, within.reduce((sum, point) => sum + point.value, 0) / within.length);
  });
});

test("a leap of the loss leaves no trace in the smoothed loss behind it", () => {
  const points = Array.from({ length: 200 }, (_, i) => ({ place: i / 199, value: i === 50 ? 5e16 : 0.5 }));
  near(smooth(points)[100].value, 0.5);
});

test("losses by their logarithm, in a few letters, and around a step", () => {
  const scale = logScale([0.01, 1, 0.1]);
  assert.deepEqual([0.01, 1].map(scale), [0, 1]);
  near(scale(0.1), 0.5);
  assert.equal(logScale([3, 3])(3), 0);
  assert.deepEqual([2.345, 0.048, 0.00011, 4.6e16].map(short), ["2.3", "0.048", "1e−4", "5e16"]);
  const losses = { steps: [1, 50, 51, 52, 90], values: [9, 1, null, 3, 7] };
  assert.equal(smoothed(losses, 50), 2);
  assert.equal(smoothed(losses, 70), 3);
  assert.equal(smoothed({ steps: [], values: [] }, 3), undefined);
});

test("what differs between two trainings, by hand too", () => {
  const about = (recipe, changes = [], origin = null) => ({ recipe, changes, origin, data: "mnist" });
  const recipe = { name: "a", lr: 0.1, widths: [2, 3], limit: null, watch_every: 5, changes: [] };
  assert.deepEqual(differences(about(recipe), about({ ...recipe, name: "b", watch_every: 9 })), []);
  const other = about(
    { ...recipe, lr: 0.2, widths: [2, 4], limit: 6000 },
    [{ step: 7, field: "lr", value: 0.3 }],
    {
      recording: "first",
      step: 12,
    },
  );
  assert.deepEqual(differences(about(recipe), other), [
    { what: "Learning rate", mine: "0.1", theirs: "0.2" },
    { what: "Filters, 1st and 2nd", mine: "2, 3", theirs: "2, 4" },
    { what: "Training digits", mine: "all", theirs: "6,000" },
    { what: "Begins with", mine: "weights that were drawn", theirs: "step 12 of first" },
    { what: "Changed by hand", mine: "nothing", theirs: "lr 0.2 → 0.3 at step 7" },
  ]);
  assert.deepEqual(differences(about({ ...recipe, ema: null, betas: [0, 1] }), about(recipe)), [
    { what: "Adam's two rates", mine: "0, 1", theirs: "by default" },
  ]);
});

test("of somebody's own loop no recipe is told", () => {
  const about = (recipe) => ({ recipe, changes: [], origin: null, data: "mnist" });
  const own = "somebody's own loop: no recipe to go by";
  const lab = { name: "lab", lr: 0.1, ema: null };
  assert.deepEqual(differences(about(null), about(lab)), [{ what: "Recipe", mine: own, theirs: "lab" }]);
  assert.deepEqual(differences(about(null), about(null)), []);
  assert.equal(sameWords(about(null), about(null)), `Not known: both are ${own}.`);
  assert.equal(sameWords(about(lab), about(lab)), "Nothing: both went by the same recipe.");
});

test("a confusion's headline", () => {
  const headline = headlineOf([8, 0, 2, 1, 9, 0, 0, 3, 7], 3);
  assert.deepEqual(headline, { n: 30, right: 24, worst: { label: 2, guess: 1, count: 3 } });
  assert.equal(rightWords(headline, "test"), "80.00 % of 30 (test)");
  assert.equal(worstWords(headline, ["x", "y", "z"]), "z read as y: 3");
  assert.equal(worstWords(headlineOf([4, 0, 0, 5], 2), ["x", "y"]), "none");
});

test("the room's state in the address, there and back", () => {
  for (const text of ["", "first", "first~conv2", "~conv2"])
    assert.equal(writeBeside(readBeside(text)), text);
  assert.deepEqual(readBeside(undefined), { other: null, stage: null });
});

const graph = new Graph(GRAPH);

/** A recording whose frame of step s has the weights [[s, 0], [0, 4]]; what it brings, a test brings. */
class Frames {
  graph = graph;
  id = "other";
  about = { status: "running", rooms: { set: "test" } };
  steps = [0, 4, 8];
  asked = [];
  here = new Map();
  answered = new Map();
  source = {
    watch: (id, grew) => {
      this.grew = grew;
      return () => (this.stopped = true);
    },
  };

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
  async fetch(step) {
    this.asked.push(step);
    if (step === 4) throw new Error("frame 4 is damaged");
    this.here.set(step, new Map([["w", { shape: [2, 2], data: Float32Array.of(step, 0, 0, 4) }]]));
  }
  async fetchOutcomes(step) {
    this.asked.push(`outcomes ${step}`);
    this.answered.set(step, { step, set: "test" });
  }
  async refresh() {
    this.asked.push("refresh");
  }
}

const settled = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

test("the other one goes where the page is, with the same input", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const [run, faults] = [new Frames(), []];
  const view = { step: 7, input: { pixels: Float32Array.of(1, 1) }, run: { graph } };
  const beside = new Beside(
    run,
    () => beside.follow(view),
    (error) => faults.push(error.message),
  );
  beside.follow(view);
  beside.follow(view);
  await settled();
  assert.deepEqual([run.asked, beside.step, beside.computed], [[8], 8, 1]);
  near(beside.probabilities[0], Math.fround(1 / (1 + Math.exp(-4))));
  view.input = { pixels: Float32Array.of(0, 1) };
  beside.follow(view);
  near(beside.probabilities[0], Math.fround(1 / (1 + Math.exp(4))));
  view.step = 3; // its frame 4 is damaged: said once, and it stays where it was
  for (let i = 0; i < 3; i++) {
    beside.follow(view);
    await settled();
  }
  assert.deepEqual([run.asked, faults, beside.step], [[8, 4], ["frame 4 is damaged"], 8]);
  t.mock.timers.tick(150);
  await settled();
  assert.deepEqual([run.asked, beside.outcomes.step], [[8, 4, "outcomes 8"], 8]);
  run.grew({ status: "running" });
  await settled();
  assert.equal(run.asked.at(-1), "refresh");
  beside.close();
  assert.equal(run.stopped, true);
});

test("a server that doesn't answer is asked again, a damaged frame is not", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const run = new Frames();
  const told = [];
  let away = true;
  const fetch = run.fetch.bind(run);
  run.fetch = async (step) => {
    if (!away) return fetch(step);
    run.asked.push(step);
    throw new Unreachable("away");
  };
  const view = { step: 8, input: { pixels: Float32Array.of(1, 1) }, run: { graph } };
  const beside = new Beside(
    run,
    () => beside.follow(view),
    (error) => told.push(error?.message ?? null),
  );
  beside.follow(view);
  await settled();
  beside.follow(view);
  assert.deepEqual([run.asked, beside.step, told], [[8], NaN, ["away"]]);
  away = false;
  t.mock.timers.tick(2000);
  await settled();
  assert.deepEqual([run.asked, beside.step, told], [[8, 8], 8, ["away", null]]);
  beside.close();
});

test("one of other pictures answers nothing", async () => {
  const run = new Frames();
  const beside = new Beside(run, () => {}, assert.fail);
  const view = {
    step: 8,
    input: { pixels: new Float32Array(3) },
    run: { graph: { input: { shape: [1, 1, 3] } } },
  };
  beside.follow(view);
  await settled();
  beside.follow(view);
  assert.deepEqual([beside.step, beside.computed, beside.fits(view.run)], [8, 0, false]);
  beside.close();
});
