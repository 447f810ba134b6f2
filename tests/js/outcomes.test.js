// Answers in 8 bits: decoded by the formula; what is chosen among them; anything else is refused.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FileError } from "#app/errors.js";
import { positionsOf } from "#app/look/chosen.js";
import { Outcomes } from "#app/look/outcomes.js";

/** Three items, two classes, 16 codes a nat: sure of 0, undecided with a lean to 1, no number. */
const arrays = (changes = {}) =>
  new Map(
    Object.entries({
      odds: { shape: [3, 2], data: Uint8Array.of(224, 32, 120, 136, 0, 0) },
      scale: { shape: [1], data: Float32Array.of(16) },
      guesses: { shape: [3], data: Uint8Array.of(0, 1, 0) },
      confusion: { shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) },
      bins: { shape: [15, 2], data: new Int32Array(30) },
      sure: { shape: [15], data: new Float32Array(15) },
      loss: { shape: [1], data: Float32Array.of(0.25) },
      doubtful_right: { shape: [1], data: Int32Array.of(5) },
      ...changes,
    }),
  );
const made = (changes) => new Outcomes(4, "test", 2, arrays(changes), "outputs/test/4.safetensors");
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const near = (value, expected) => assert.ok(Math.abs(value - expected) < 1e-6, `${value} for ${expected}`);

test("codes are log-odds", () => {
  const outcomes = made();
  assert.deepEqual([outcomes.step, outcomes.set, outcomes.n, outcomes.classes], [4, "test", 3, 2]);
  assert.deepEqual([...outcomes.odds(1)], [120, 136]);
  near(outcomes.confidence(0), sigmoid(6));
  near(outcomes.confidence(1), sigmoid(0.5));
  near(outcomes.loss(0, 0), -Math.log(sigmoid(6)));
  near(outcomes.loss(0, 1), -Math.log(sigmoid(-6)));
  assert.ok(Number.isNaN(outcomes.confidence(2)));
  assert.ok(Number.isNaN(outcomes.loss(2, 0)));
  assert.deepEqual([...outcomes.counts.confusion], [1, 2, 3, 4]);
  assert.deepEqual([outcomes.counts.loss, outcomes.counts.doubtfulRight], [0.25, 5]);
});

test("probabilities of an item sum to 1, and are made once", () => {
  const lopsided = { odds: { shape: [3, 2], data: Uint8Array.of(224, 100, 120, 136, 0, 0) } };
  const outcomes = made(lopsided);
  const all = outcomes.probabilities();
  const [a, b] = [sigmoid(6), sigmoid(-1.75)];
  near(all[0], a / (a + b));
  near(all[0] + all[1], 1);
  near(all[3], sigmoid(0.5));
  assert.ok(Number.isNaN(all[4]));
  assert.equal(outcomes.probabilities(), all);
});

test("a cell follows the answers, chosen positions stay", () => {
  const outcomes = made();
  const labels = Int32Array.of(0, 0, 1);
  assert.deepEqual([...positionsOf({ kind: "cell", label: 0, guess: 1 }, outcomes, labels)], [1]);
  assert.deepEqual([...positionsOf({ kind: "cell", label: 1, guess: 1 }, outcomes, labels)], []);
  const later = made({ guesses: { shape: [3], data: Uint8Array.of(1, 1, 1) } });
  assert.deepEqual([...positionsOf({ kind: "cell", label: 0, guess: 1 }, later, labels)], [0, 1]);
  const positions = Int32Array.of(2, 0);
  assert.equal(positionsOf({ kind: "items", positions, from: "lasso" }, later, labels), positions);
});

test("anything else is refused, with its name", () => {
  const refuses = (changes, message) =>
    assert.throws(
      () => made(changes),
      (error) => error instanceof FileError && message.test(error.message),
      String(message),
    );
  const where = "outputs/test/4.safetensors: ";
  refuses({ odds: undefined }, new RegExp(`${where}'odds' must be Uint8Array .3, 2.; it is missing`));
  refuses({ odds: { shape: [2, 3], data: new Uint8Array(6) } }, /it is Uint8Array \[2, 3\]/);
  refuses({ guesses: { shape: [3], data: new Int32Array(3) } }, /'guesses' must be Uint8Array \[3\]/);
  refuses({ confusion: { shape: [3, 3], data: new Int32Array(9) } }, /'confusion' must be Int32Array/);
});
