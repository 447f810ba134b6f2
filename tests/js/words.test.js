// Numbers as people read them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { counted, pace, percent } from "#app/widgets/words.js";

test("a share is never rounded up to all nor down to nothing", () => {
  assert.deepEqual(
    [0.99384, 0.5, 0.99996, 0.00004, 1, 0].map((share) => percent(share)),
    ["99.38 %", "50.00 %", "> 99.99 %", "< 0.01 %", "100 %", "0 %"],
  );
  assert.deepEqual(
    [0.957, 0.9996, 1e-12].map((share) => percent(share, 1)),
    ["95.7 %", "> 99.9 %", "< 0.1 %"],
  );
  assert.equal(percent(0.999, 0), "> 99 %");
  assert.equal(percent(NaN), "not a number");
});

test("counts have their thousands apart", () => {
  assert.equal(counted(28938), "28,938");
});

test("how far a window moves", () => {
  const said = ["1 pixel at a time", "2 pixels at a time", "2×1 pixels at a time"];
  assert.deepEqual([pace([1, 1]), pace([2, 2]), pace([2, 1])], said);
});
