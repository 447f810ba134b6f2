// An input and its framing in words.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fromGray } from "#app/reading/picture.js";
import {
  explained,
  foundText,
  movedText,
  scaledText,
  sentence,
  shaded,
  setName,
  withArticle,
} from "#app/reading/words.js";

const CLASSES = ["0", "Coat"];
const item = (set, index) => ({ kind: "digit", set, index, position: 0 });
const stroke = [[0, 0]];

for (const [from, frame, label, expected] of [
  [item("test", 1234), null, 1, "Test item 1,234: a Coat."],
  [item("train", 0), null, 0, "Training item 0: a 0."],
  [item("mine", 0), null, null, "Mine item 0."],
  [{ kind: "picture", name: "a.png" }, {}, null, "a.png, framed."],
  [{ kind: "picture", name: "a.png" }, null, null, "a.png, fitted."],
  [{ kind: "drawing", strokes: [stroke] }, {}, null, "Your drawing, framed."],
  [{ kind: "drawing", strokes: [stroke] }, null, null, "Your drawing, fitted."],
  [{ kind: "drawing", strokes: [] }, null, null, "Nothing: black. It answers all the same."],
]) {
  test(expected, () => assert.equal(sentence({ from, frame, label }, CLASSES), expected));
}

test("classes have articles", () => {
  assert.deepEqual(["7", "8", "1", "11", "18", "100", "80", "Coat", "Ankle boot"].map(withArticle), [
    "a 7",
    "an 8",
    "a 1",
    "an 11",
    "an 18",
    "a 100",
    "an 80",
    "a Coat",
    "an Ankle boot",
  ]);
});

test("sets have names", () => {
  assert.deepEqual(["train", "test", "holdout"].map(setName), ["training", "test", "holdout"]);
});

test("each kind says why its pixels are so", () => {
  const why = (from, frame) => explained({ from, frame }, [3, 32, 16]);
  assert.match(why(item("test", 0), null), /^It is stored like this/);
  assert.match(why({ kind: "picture", name: "" }, {}), /^MNIST's digits were made this way/);
  assert.match(why({ kind: "picture", name: "" }, null), /averaged to 32 × 16 pixels/);
  assert.match(why({ kind: "drawing", strokes: [] }, null), /^There is no ink/);
});

test("the steps of framing have their numbers", () => {
  assert.equal(
    foundText({ box: { top: 10, left: 5, bottom: 90, right: 45 } }),
    "The ink's box: 40\u00a0×\u00a080 pixels.",
  );
  assert.equal(scaledText({ scale: 0.25 }), "Its longer side, 80, becomes 20: ÷\u00a04.00.");
  assert.equal(scaledText({ scale: 20 / 7 }), "Its longer side, 7, becomes 20: ×\u00a02.86.");
});

for (const [shift, expected] of [
  [[4, 4], "no move needed"],
  [[7, 4], "3 down"],
  [[4, 3], "1 left"],
  [[2, 6], "2 up, 2 right"],
]) {
  test(`moved: ${expected}`, () => {
    assert.equal(movedText({ shift }), `Its centre of mass goes to the middle: ${expected}.`);
  });
}

test("paper that was taken for ink is noticed at the picture's edges", () => {
  /** A stroke of 60 below the paper, which grows darker by `shadow` from left to right. */
  const photograph = (shadow, end = 80) => {
    const data = Uint8Array.from({ length: 100 * 100 }, (_, i) => {
      const [row, column] = [Math.floor(i / 100), i % 100];
      const paper = 200 - (shadow * column) / 100;
      return row > 20 && row < end && column >= 35 && column < 47 ? paper - 60 : paper;
    });
    return shaded({ source: fromGray({ height: 100, width: 100, data }) });
  };
  assert.deepEqual([photograph(0), photograph(10), photograph(40)], [false, false, true]);
  assert.equal(photograph(0, 100), false, "a stroke that runs into the edge");
  assert.equal(shaded({ source: null }), false, "an item of a set");
});
