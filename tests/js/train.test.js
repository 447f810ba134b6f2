// What the room "Train" works out: fields and their texts, rates, changes, words; what it asks of the server.

import assert from "node:assert/strict";
import { test } from "node:test";

import { isPaused, marksOf, rateAt } from "#app/look/changes.js";
import {
  alike,
  blamed,
  changeable,
  differing,
  textsOf,
  valueOf,
  valueWords,
} from "#app/look/train/fields.js";
import { PLACES, placeOfRate, rateOfPlace } from "#app/look/train/rate.js";
import { readShown, writeShown } from "#app/look/train/state.js";
import { lineToType, paceOf, planWords, progressWords, titleOf, updatesOf } from "#app/look/train/words.js";
import { Live } from "#app/source/live.js";

const rate = (step, value) => ({ step, field: "lr", value });
const pause = (step, value) => ({ step, field: "pause", value });

test("changes are told as moments, with what was before them", () => {
  const changes = [
    rate(3, 0.1),
    pause(5, true),
    rate(5, 0.02),
    rate(5, 0.03),
    pause(5, false),
    rate(9, 0.001),
  ];
  const about = { recipe: { lr: 0.01 }, changes };
  assert.deepEqual(marksOf(about), [
    { step: 3, kind: "lr", text: "lr 0.01 → 0.1" },
    { step: 5, kind: "pause", text: "paused" },
    { step: 5, kind: "lr", text: "lr 0.1 → 0.03" },
    { step: 9, kind: "lr", text: "lr 0.03 → 0.001" },
  ]);
  const rates = [0, 2, 3, 4, 5, 8, 9, Infinity].map((step) => rateAt(about, step));
  assert.deepEqual(rates, [0.01, 0.01, 0.1, 0.1, 0.03, 0.03, 0.001, 0.001]);
  assert.deepEqual(marksOf({ recipe: null, changes: [rate(1, 0.5)] })[0].text, "lr 0.5");
  assert.equal(rateAt({ recipe: null, changes: [] }, 3), undefined);
});

test("a pause lasts until the training goes on", () => {
  assert.equal(isPaused({ changes: [] }), false);
  assert.equal(isPaused({ changes: [pause(5, true), rate(5, 0.1)] }), true);
  assert.equal(isPaused({ changes: [pause(5, true), rate(5, 0.1), pause(5, false)] }), false);
});

test("a field's texts are its value, and no other", () => {
  const integer = { type: "integer", optional: false };
  const cases = [
    [integer, 3, ["3"]],
    [{ type: "integer", optional: true }, null, [""]],
    [{ type: "number", optional: false }, 0.001, ["0.001"]],
    [{ type: "integers", optional: false }, [16, 32], ["16", "32"]],
    [{ type: "choice", optional: false }, "adam", ["adam"]],
  ];
  for (const [facts, value, texts] of cases) {
    assert.deepEqual(textsOf(facts, value), texts);
    assert.deepEqual(valueOf(facts, texts), value);
  }
  assert.equal(valueOf({ type: "number", optional: false }, ["1e-3"]), 0.001);
  for (const text of ["", " ", "x", "1.5", "Infinity"]) assert.equal(valueOf(integer, [text]), undefined);
  assert.equal(valueOf({ type: "integers", optional: false }, ["3", ""]), undefined);
});

test("only what differs is sent, and what a training may begin with is offered", () => {
  const preset = { lr: 0.01, widths: [16, 32], limit: null, seed: 0 };
  assert.deepEqual(differing({ ...preset }, preset), {});
  assert.deepEqual(differing({ ...preset, widths: [16, 8], limit: 600 }, preset), {
    widths: [16, 8],
    limit: 600,
  });
  assert.equal(alike([1, 2], [1, 2]), true);
  const fields = { seed: {}, lr: {}, kernel: {}, net: {}, name: {}, threads: {} };
  assert.deepEqual(changeable(fields, false), ["net", "kernel", "lr", "seed"]);
  assert.deepEqual(changeable(fields, true), ["lr", "seed"]);
  assert.equal(blamed("recipe, batch: at most 1,000 from the page (got 1001)"), "batch");
  assert.equal(blamed("2 trainings run already"), null);
  assert.deepEqual(
    [
      valueWords("limit", null),
      valueWords("threads", null),
      valueWords("widths", [2, 3]),
      valueWords("lr", 0.1),
    ],
    ["all", "by default", "2, 3", "0.1"],
  );
});

test("the slider is logarithmic, and finds its own rates again", () => {
  for (const [power, place] of [-5, -4, -3, -2, -1, 0].entries()) {
    assert.equal(placeOfRate(Number(`1e${place}`)), 20 * power);
    assert.equal(rateOfPlace(20 * power), Number(`1e${place}`));
  }
  for (let place = 0; place <= PLACES; place++) {
    assert.equal(placeOfRate(rateOfPlace(place)), place);
    if (place > 0) assert.ok(rateOfPlace(place) > rateOfPlace(place - 1), `place ${place}`);
  }
  assert.deepEqual([placeOfRate(1e-9), placeOfRate(30)], [0, PLACES]);
});

test("the room's state in the address, there and back", () => {
  for (const text of ["", "again", "branch", "of.default-001"])
    assert.equal(writeShown(readShown(text)), text);
  assert.deepEqual(readShown("of.a.b"), { mode: "new", parent: "a.b" });
  for (const text of [undefined, "of.", "elsewhere"])
    assert.deepEqual(readShown(text), { mode: "new", parent: null });
});

test("what is said", () => {
  const plan = { parameters: 28938, updates: 1650, digits: 55000 };
  assert.equal(planWords(plan), "28,938 numbers to learn, in 1,650 updates, from 55,000 digits.");
  assert.equal(progressWords(420, 1650, 37.6), "Step 420 of 1,650 · 38 updates a second");
  assert.equal(progressWords(4, null, 2.44), "Step 4 · 2.4 updates a second");
  assert.equal(progressWords(4, 9, null), "Step 4 of 9");
  const seen = (...pairs) => pairs.map(([step, time]) => ({ step, time }));
  assert.equal(paceOf(seen([10, 500], [20, 900], [60, 1500])), 50);
  assert.equal(paceOf(seen([10, 500])), null);
  assert.equal(paceOf(seen([10, 500], [10, 1900])), null);
  assert.equal(paceOf(seen([10, 500], [90, 1400])), null);
  assert.equal(lineToType({ name: "lab" }), "handlens train lab --view");
  assert.equal(lineToType(null), "handlens train default --view");
});

test("how a training stands, and how long the whole of it is", () => {
  const titles = ["running", "interrupted", "failed", "finished"].map((status) =>
    titleOf({ name: "a", status }, false, false),
  );
  assert.deepEqual(titles, ["a is learning", "a was stopped", "a failed", "a has been trained"]);
  assert.equal(titleOf({ name: "a", status: "running" }, true, false), "a pauses");
  assert.equal(titleOf({ name: "a", status: "running" }, true, true), "a was learning when last heard of");
  assert.equal(titleOf({ name: "a", status: "interrupted" }, false, true), "a was stopped");
  const digits = { mnist: { train: 55_000 } };
  const recipe = { data: "mnist", train_on: "train", limit: null, epochs: 3, batch: 101 };
  assert.equal(updatesOf(recipe, digits), 3 * 545);
  assert.equal(updatesOf({ ...recipe, limit: 600 }, digits), 18);
  assert.equal(updatesOf({ ...recipe, data: "own" }, digits), null);
  assert.equal(updatesOf(null, digits), null);
});

test("the server is asked in JSON, and its sentence is what fails", async (t) => {
  const asked = [];
  t.mock.method(globalThis, "fetch", async (path, { method, headers, body } = {}) => {
    asked.push([path, method, headers?.["Content-Type"], body && JSON.parse(body)]);
    if (path === "/live/a%2Fb")
      return Response.json({ error: "no training of this page runs there" }, { status: 409 });
    return Response.json({ run: "lab-001", updates: 9 });
  });
  const live = new Live();
  const order = { recipe: { preset: "lab" }, from: { run: "first", step: 3 } };
  assert.equal(await live.start(order), "lab-001");
  assert.equal((await live.plan(order)).updates, 9);
  await live.about();
  await live.tell("lab-001", "change", 0.02);
  await assert.rejects(live.tell("a/b", "stop"), /^HandlensError: no training of this page runs there$/);
  const json = "application/json";
  assert.deepEqual(asked, [
    ["/live", "POST", json, order],
    ["/plan", "POST", json, order],
    ["/live.json", undefined, undefined, undefined],
    ["/live/lab-001", "POST", json, { do: "change", value: 0.02 }],
    ["/live/a%2Fb", "POST", json, { do: "stop" }],
  ]);
});
