// Which items of a set are asked for.

import assert from "node:assert/strict";
import { test } from "node:test";

import { further, matching, placeOf, positionOf } from "#app/reading/choice.js";

const ITEMS = {
  indices: Int32Array.of(0, 3, 5, 8, 9),
  labels: Int32Array.of(7, 2, 7, 7, 1),
  guesses: Int32Array.of(7, 3, 1, 7, 1),
};

test("by label, by fault, by both", () => {
  assert.deepEqual(matching(ITEMS, null, false), [0, 1, 2, 3, 4]);
  assert.deepEqual(matching(ITEMS, 7, false), [0, 2, 3]);
  assert.deepEqual(matching(ITEMS, null, true), [1, 2]);
  assert.deepEqual(matching(ITEMS, 7, true), [2]);
  assert.deepEqual(matching(ITEMS, 4, false), []);
});

test("a place is where an item stands, or would", () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((position) => placeOf([0, 2, 3], position)),
    [0, 1, 1, 2, 3],
  );
});

test("further goes round the end, and on from items that aren't among them", () => {
  const chosen = [0, 2, 3];
  assert.deepEqual(
    [0, 2, 3].map((from) => further(chosen, from, 1)),
    [2, 3, 0],
  );
  assert.deepEqual(
    [0, 2, 3].map((from) => further(chosen, from, -1)),
    [3, 0, 2],
  );
  assert.deepEqual([further(chosen, 1, 1), further(chosen, 1, -1)], [2, 0]);
  assert.deepEqual([further(chosen, 4, 1), further(chosen, 4, -1), further(chosen, -1, 1)], [0, 3, 0]);
  assert.deepEqual(
    [further([5], 5, 1), further([5], 5, -1), further([5], 2, 1), further([5], 9, -1)],
    [5, 5, 5, 5],
  );
});

test("by number in the set", () => {
  assert.deepEqual(positionOf(ITEMS, 10, "test", "8"), { position: 3 });
  assert.deepEqual(positionOf(ITEMS, 10, "test", " 0 "), { position: 0 });
});

for (const wanted of ["10", "-1", "2.5", "", " ", "x"]) {
  test(`“${wanted}” is refused with the range`, () => {
    assert.deepEqual(positionOf(ITEMS, 10, "test", wanted), {
      fault: `“${wanted}” is no number in the test set; it has 0 to 9.`,
    });
  });
}

test("a number that this page doesn't hold is refused with what it holds", () => {
  assert.deepEqual(positionOf(ITEMS, 10_000, "test", "812"), {
    fault: "Number 812 isn't here: this page holds 5 of the 10,000 in the test set.",
  });
});
