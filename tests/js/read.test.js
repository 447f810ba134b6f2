// The reading page's words, sizes and lists.

import assert from "node:assert/strict";
import { test } from "node:test";

import { corrected } from "#app/read/corrected.js";
import { unpacked } from "#app/read/frame.js";
import { numbered } from "#app/read/finds.js";
import { fitted } from "#app/read/shrink.js";
import { alternatives, byLine, kept, lesson, named, sentence, spoken, summary } from "#app/read/words.js";

/** @param {string} value @param {Record<string, number>} [rest] */
const digit = (value, rest = {}) => ({
  value,
  confidence: 0.9,
  probabilities: { [value]: 0.9, ...rest },
  box: [0, 0, 1, 1],
  frame: null,
});
const line = (/** @type {number} */ digits, complete = 1) => ({
  text: "",
  digits,
  complete,
  box: [0, 0, 1, 1],
});
const ink = { reason: "a stain", box: [0, 0, 1, 1], guess: null, frame: null };
const reading = (/** @type {object} */ fields) => ({
  text: "",
  confidence: 1,
  mode: "page",
  size: [10, 10],
  threshold: 0.8,
  lines: [],
  digits: [],
  marks: [],
  rejected: [],
  notes: [],
  ...fields,
});

test("a picture is shrunk to its longer side, in its proportions, and never enlarged", () => {
  assert.deepEqual(fitted(4000, 3000), [2000, 1500]);
  assert.deepEqual(fitted(3000, 4000), [1500, 2000]);
  assert.deepEqual(fitted(2000, 10), [2000, 10]);
  assert.deepEqual(fitted(28, 28), [28, 28]);
  assert.deepEqual(fitted(100_000, 1), [2000, 1]);
  assert.deepEqual(fitted(640, 480, 64), [64, 48]);
});

test("the digits of each line, and everything numbered in reading order", () => {
  const digits = ["2", "7", "4", "1"].map((value) => digit(value));
  const given = reading({ lines: [line(3), line(1)], digits, rejected: [ink, ink] });
  assert.deepEqual(
    byLine(given).map((row) => row.map(({ value }) => value).join("")),
    ["274", "1"],
  );
  const { lines, rejected } = numbered(given);
  assert.deepEqual(
    lines.map((row) => row.map(({ number }) => number)),
    [[0, 1, 2], [3]],
  );
  assert.deepEqual(
    rejected.map(({ number, kind }) => [number, kind]),
    [
      [4, "rejected"],
      [5, "rejected"],
    ],
  );
  assert.deepEqual(numbered(reading({})), { lines: [], rejected: [] });
});

test("a corrected digit is certain; that one may be missing still counts", () => {
  const digits = ["2", "7"].map((value) => ({ ...digit(value), frame: value }));
  const given = reading({ text: "27", lines: [{ ...line(2, 0.5), text: "27" }], digits });
  const put = corrected(given, new Map([["7", "1"]]));
  assert.equal(put.text, "21");
  assert.equal(put.confidence, 0.5 * 0.9);
  assert.equal(corrected(given, new Map([["7", "none"]])).confidence, 0.5 * 0.9);
});

test("what was found, in a sentence", () => {
  const two = { digits: [digit("1"), digit("2")], confidence: 0.81 };
  assert.equal(summary(reading(two)), "2 digits, 81 % sure that all are right.");
  assert.equal(summary(reading({ digits: [digit("1")], confidence: 0.999 })), "1 digit, > 99 % sure.");
  const marks = [{ kind: "dot", box: [0, 0, 1, 1] }];
  assert.equal(
    summary(reading({ ...two, marks, rejected: [ink, ink] })),
    "2 digits, 81 % sure that all are right; 1 mark; 2 pieces of ink that aren't read.",
  );
  assert.equal(summary(reading({ rejected: [ink] })), "No digit; 1 piece of ink that isn't read.");
  assert.equal(summary(reading({ marks })), "No digit; 1 mark.");
  assert.equal(summary(reading({})), "No ink was found in it.");
  assert.equal(summary(reading({ notes: ["no ink found: it is too dim"] })), "");
});

test("a text is said digit by digit", () => {
  assert.equal(spoken("27 1\n4"), "2 7 gap 1, next line: 4");
  assert.equal(spoken(""), "");
});

test("what else it could be, the likeliest first, without what is all but impossible", () => {
  const given = digit("7", { 1: 0.05, none: 0.04, 2: 0.007, 9: 0.002, 0: 0.0001 });
  assert.deepEqual(alternatives(given), [
    ["1", 0.05],
    ["none", 0.04],
    ["2", 0.007],
  ]);
  assert.equal(alternatives(given, 9).length, 4);
  assert.equal(named("none"), "no digit");
  assert.equal(named("7"), "7");
});

test("messages become sentences", () => {
  assert.equal(sentence("the light is uneven"), "The light is uneven.");
  assert.equal(sentence("What?"), "What?");
  assert.equal(sentence("done."), "Done.");
  assert.equal(sentence(""), "");
});

test("what came of a correction", () => {
  const learnt = { read: true, corrections: 1, validation: [0.9942, 0.994] };
  assert.equal(
    lesson(learnt, "7"),
    "It is read as 7 now; of MNIST's digits 99.42 % were read right before, 99.40 % are now. 1 correction kept.",
  );
  assert.match(lesson(learnt, "none"), /^It isn't taken for a digit any more; /);
  assert.match(
    lesson({ ...learnt, read: false, corrections: 3 }, "7"),
    /^It is kept, but isn't read so yet.* 3 c/,
  );
});

test("corrections are kept, whatever the picture is cut into now", () => {
  assert.equal(kept(0, false), "");
  assert.equal(kept(1, false), "1 correction of this picture is kept.");
  assert.equal(
    kept(2, true),
    "2 corrections of this picture are kept. The picture is cut into other digits now: look whether they are right.",
  );
});

test("a frame's bytes", () => {
  const text = Buffer.from([...Array(784).keys()].map((i) => i % 256)).toString("base64");
  const bytes = unpacked(text);
  assert.equal(bytes.length, 784);
  assert.deepEqual([bytes[0], bytes[255], bytes[256], bytes[783]], [0, 255, 0, 15]);
});
