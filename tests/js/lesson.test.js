// A lesson's moments: where their links lead, and which of them the page shows.

import assert from "node:assert/strict";
import { test } from "node:test";

import { momentsWords, stopAt, stopsOf } from "#app/look/lesson.js";
import { readLesson } from "#app/source/lesson.js";

const ROOMS = ["mistakes", "why"];
const moment = (address, label = "a", text = "") => ({ label, address, text });

/** What the page shows. */
function view({ id = "first", wanted = 8, show = "values", rooms = {}, from = { kind: "drawing" } } = {}) {
  const steps = [0, 4, 8];
  const nearest = (step) => steps.reduce((a, b) => (Math.abs(b - step) < Math.abs(a - step) ? b : a));
  return { run: { id, steps, nearest }, wanted, show, rooms, input: { from } };
}

test("a link says which recording only where there are several", () => {
  const [plain] = stopsOf([moment("#step=4")], "first", ["first"], ROOMS);
  assert.equal(plain.href, "#step=4");
  const [named, other, gone] = stopsOf(
    [moment("#step=4"), moment("#run=lab&step=1"), moment("#run=away&step=1")],
    "my run",
    ["my run", "lab"],
    ROOMS,
  );
  assert.equal(named.href, "#run=my%20run&step=4");
  assert.equal(other.href, "#run=lab&step=1");
  assert.deepEqual([gone.href, gone.missing], [null, "away"]);
});

test("one moment is one", () => {
  assert.deepEqual([1, 2].map(momentsWords), ["1 moment", "2 moments"]);
});

test("the stop that is shown asks for nothing that isn't there", () => {
  const stops = stopsOf(
    [
      moment("#step=0"),
      moment("#step=8"),
      moment("#step=8&mistakes=cell.4.9"),
      moment("#step=8&show=gradients"),
      moment("#step=5&digit=test:3"),
      moment("#why=open"),
      moment("#run=lab&step=4"),
    ],
    "first",
    ["first", "lab"],
    ROOMS,
  );
  const at = (shown, before = -1) => stopAt(stops, view(shown), before);
  assert.equal(at({ wanted: 1 }), 0); // the nearest frame is 0
  assert.equal(at({ wanted: 8 }), 1);
  assert.equal(at({ rooms: { mistakes: "" } }), 2); // asks for more than the second
  assert.equal(at({ rooms: { mistakes: "" } }, 1), 1); // but that one was chosen
  assert.equal(at({ show: "gradients" }), 3);
  assert.equal(at({ wanted: 4 }), -1);
  assert.equal(at({ wanted: 4, from: { kind: "digit", set: "test", index: 3 } }), 4);
  assert.equal(at({ wanted: 4, from: { kind: "digit", set: "train", index: 3 } }), -1);
  assert.equal(at({ wanted: 9, rooms: { why: "4", mistakes: "" } }, 5), 5); // without a step: the end
});

test("a lesson of another shape, or one that leads away, is refused", () => {
  const read = (value) => readLesson(new TextEncoder().encode(JSON.stringify(value)), "lesson.json");
  const lesson = { title: "Why?", text: ["So."], moments: [moment("#step=0")], heading: "", answer: [] };
  assert.deepEqual(read(lesson), lesson);
  assert.throws(() => read({ ...lesson, title: 3 }), /lesson\.json\.title must be a text, not 3/);
  assert.throws(() => read({ ...lesson, moments: [{}] }), /moments\.0: field 'label' is missing/);
  for (const address of ["javascript:alert(1)", "https://example.org/#step=0", ""]) {
    assert.throws(() => read({ ...lesson, moments: [moment(address)] }), /is no moment of this page/);
  }
});
