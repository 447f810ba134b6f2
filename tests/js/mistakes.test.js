// The room "Mistakes": shares and their intervals, orders and bins, each against the plainest way to get them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { NOTHING, agreement } from "#app/look/mistakes/agreement.js";
import { floor, heat, overall, perClass, unanswered, wilson } from "#app/look/mistakes/counts.js";
import { countWords, itemOf } from "#app/look/mistakes/items.js";
import { binOf, binsOf, calibration, inBin } from "#app/look/mistakes/reliability.js";
import { members, ordered } from "#app/look/mistakes/sort.js";
import { FILTERS, SORTS, readAsked, writeAsked } from "#app/look/mistakes/state.js";
import * as words from "#app/look/mistakes/words.js";
import { NONE, Outcomes } from "#app/look/outcomes.js";

const near = (value, expected, by = 1e-9) =>
  assert.ok(Math.abs(value - expected) <= by, `${value} for ${expected}`);

/** A stream of whole numbers below some bound (Park and Miller 1988). */
function drawn(seed) {
  let state = seed;
  return (below) => (state = (state * 48271) % 2147483647) % below;
}

/** Answers to 300 items of four classes; item 7 has none. */
function answers() {
  const [n, classes] = [300, 4];
  const next = drawn(3);
  const odds = Uint8Array.from({ length: n * classes }, () => 1 + next(255));
  odds.fill(0, 7 * classes, 8 * classes);
  const guesses = Uint8Array.from({ length: n }, (_, i) => {
    const row = [...odds.subarray(i * classes, (i + 1) * classes)];
    return i === 7 ? NONE : row.indexOf(Math.max(...row));
  });
  const given = {
    odds: [[n, classes], odds],
    scale: [[1], Float32Array.of(20)],
    guesses: [[n], guesses],
    confusion: [[classes, classes], new Int32Array(classes * classes)],
    bins: [[15, 2], new Int32Array(30)],
    sure: [[15], new Float32Array(15)],
    loss: [[1], Float32Array.of(1)],
    doubtful_right: [[1], Int32Array.of(0)],
  };
  const arrays = new Map(Object.entries(given).map(([name, [shape, data]]) => [name, { shape, data }]));
  const labels = Int32Array.from({ length: n }, () => next(classes));
  const doubted = Uint8Array.from({ length: n }, (_, i) => Number(i % 50 === 4));
  return { outcomes: new Outcomes(0, "test", classes, arrays, "here"), labels, doubted };
}

test("an interval's ends are where the counted share is 1.96 standard errors away", () => {
  for (const [right, n] of [
    [9900, 10_000],
    [1, 3],
    [57, 60],
  ]) {
    for (const end of wilson({ n, right })) {
      near((right / n - end) ** 2, (1.959963984540054 ** 2 * end * (1 - end)) / n);
    }
  }
  const [low, high] = wilson({ n: 20, right: 20 });
  assert.ok(low > 0.8 && low < 0.9);
  near(high, 1);
  near(wilson({ n: 20, right: 0 })[0], 0);
  assert.deepEqual(wilson({ n: 0, right: 0 }), [0, 1]);
});

test("shares of the classes and of the whole, with and without known wrong labels", () => {
  const confusion = Int32Array.of(5, 1, 0, 2, 6, 2, 0, 0, 0);
  assert.deepEqual(perClass(confusion, 3), [
    { n: 6, right: 5 },
    { n: 10, right: 6 },
    { n: 0, right: 0 },
  ]);
  assert.deepEqual(overall({ confusion, doubtfulRight: 1 }, 3, 4, 18), {
    all: { n: 18, right: 11 }, // two got no answer: they aren't right
    undoubted: { n: 14, right: 10 },
  });
  assert.equal(unanswered({ confusion }, 18), 2);
});

test("a single mistake is seen, half of a class far better", () => {
  assert.equal(heat(0, 1000), 0);
  assert.equal(heat(0, 0), 0);
  assert.ok(heat(1, 1000) > 0.15);
  assert.ok(heat(500, 1000) > 4 * heat(1, 1000));
  assert.equal(heat(7, 7), 1);
});

test("the classes' axis begins below every interval", () => {
  assert.equal(floor([[0.97, 1]]), 0.95);
  assert.equal(
    floor([
      [0.97, 1],
      [0.83, 0.9],
    ]),
    0.8,
  );
  assert.equal(floor([[0.02, 0.1]]), 0);
});

test("bins are counted off, gaps weighed by their answers", () => {
  const counts = { bins: new Int32Array(30), sure: new Float32Array(15) };
  counts.bins.set([2, 1], 28); // 0.95 and 0.97, one of them right
  counts.sure[14] = 1.92;
  counts.bins.set([1, 0], 14); // 0.5, wrong
  counts.sure[7] = 0.5;
  counts.bins.set([1, 1], 2); // 0.125, right
  counts.sure[1] = 0.125;
  const { error, excess } = calibration(counts);
  near(error, (0.92 + 0.5 + 0.875) / 4, 1e-7);
  near(excess, (1.92 + 0.5 + 0.125 - 2) / 4, 1e-7);
  const bins = binsOf(counts);
  assert.deepEqual([bins.length, bins[14].n, bins[14].right], [15, 2, 1]);
  near(bins[14].sure, 0.96, 1e-7);
  assert.ok(Number.isNaN(bins[0].sure));
  assert.ok(Number.isNaN(calibration({ bins: new Int32Array(30), sure: new Float32Array(15) }).error));
});

test("a bin holds its upper edge, the first also nothing at all", () => {
  assert.deepEqual([0, 0.01, 0.4, 0.4000001, 1, NaN].map(binOf), [0, 0, 5, 6, 14, -1]);
});

test("every item with an answer is in one bin", () => {
  const { outcomes } = answers();
  const found = Array.from({ length: 15 }, (_, bin) => [...inBin(outcomes, bin)]).flat();
  assert.deepEqual(
    found.sort((a, b) => a - b),
    Array.from({ length: 300 }, (_, i) => i).filter((i) => i !== 7),
  );
  for (const i of inBin(outcomes, 14)) assert.ok(outcomes.confidence(i) > 14 / 15);
});

test("members are what the filter says", () => {
  const { outcomes, labels, doubted } = answers();
  const all = Array.from({ length: 300 }, (_, i) => i);
  const wrong = all.filter((i) => labels[i] !== outcomes.guesses[i]);
  assert.deepEqual([...members("all", outcomes, labels, doubted)], all);
  assert.deepEqual([...members("mistakes", outcomes, labels, doubted)], wrong);
  assert.deepEqual([...members("doubtful", outcomes, labels, doubted)], [4, 54, 104, 154, 204, 254]);
});

test("orders are those of confidence, loss and number; ties as in the set, no number last", () => {
  const { outcomes, labels } = answers();
  const all = Array.from({ length: 300 }, (_, i) => i);
  const by = (key) =>
    all.slice().sort((a, b) => {
      const [one, other] = [key(a), key(b)].map((value) => (Number.isNaN(value) ? Infinity : value));
      return one === other ? a - b : one - other;
    });
  const expected = {
    surest: by((i) => -outcomes.confidence(i)),
    unsure: by((i) => outcomes.confidence(i)),
    loss: by((i) => -outcomes.loss(i, labels[i])),
    number: all,
  };
  for (const sort of SORTS) assert.deepEqual([...ordered(all, sort, outcomes, labels)], expected[sort], sort);
  assert.equal(ordered(all, "loss", outcomes, labels)[299], 7);
  assert.deepEqual([...ordered(Int32Array.of(9, 3), "number", outcomes, labels)], [3, 9]);
});

test("what is asked is kept in the address, and what makes no sense left out", () => {
  for (const sort of SORTS) {
    for (const filter of FILTERS) {
      const asked = { cell: null, filter, sort };
      assert.deepEqual(readAsked(writeAsked(asked), 10), asked);
    }
    const cell = { cell: { label: 4, guess: 9 }, filter: "mistakes", sort };
    assert.deepEqual(readAsked(writeAsked(cell), 10), cell);
  }
  assert.equal(writeAsked(readAsked("", 10)), "");
  assert.equal(writeAsked(readAsked("cell.4.9", 10)), "cell.4.9");
  assert.equal(writeAsked(readAsked("all.loss", 10)), "all.loss");
  for (const nonsense of ["cell.4", "cell.4.10", "cell.x.9", "cell.-1.2", "nonsense", undefined]) {
    assert.deepEqual(readAsked(nonsense, 10), { cell: null, filter: "mistakes", sort: "surest" });
  }
});

test("of the address and the choice the one that was changed is right", () => {
  const cell = { label: 4, guess: 9 };
  const there = { kind: "cell", ...cell };
  const lasso = { kind: "items", positions: Int32Array.of(1), from: "lasso" };
  const told = (state, chosen, set = "test") => ({ state, set, chosen });
  const cases = [
    ["opened at a cell", NOTHING, told("cell.4.9", null), cell, { choose: cell }],
    ["opened at a cell, another one chosen", NOTHING, told("cell.4.9", lasso), cell, { choose: cell }],
    ["opened, a cell chosen elsewhere", NOTHING, told("", there), null, { write: there }],
    ["opened, a lasso chosen elsewhere", NOTHING, told("", lasso), null, null],
    ["a link to a cell", told("", lasso), told("cell.4.9", lasso), cell, { choose: cell }],
    ["a link away", told("cell.4.9", there), told("all", there), null, { choose: null }],
    ["a cell is chosen", told("", null), told("", there), null, { write: there }],
    ["a lasso instead", told("cell.4.9", there), told("cell.4.9", lasso), cell, { write: null }],
    ["nothing any more", told("cell.4.9", there), told("cell.4.9", null), cell, { write: null }],
    ["another set", told("cell.4.9", there, "validation"), told("cell.4.9", null), cell, { choose: cell }],
    ["at rest", told("cell.4.9", there), told("cell.4.9", there), cell, null],
  ];
  for (const [what, before, now, named, expected] of cases) {
    assert.deepEqual(agreement(before, now, named), expected, what);
  }
});

test("items and their number", () => {
  const { outcomes, labels, doubted } = answers();
  outcomes.counts.confusion.set([1, 2, 3, 0], 0); // 6 answered of 7, 5 of them wrongly
  const asked = readAsked("", 4);
  const names = ["a", "b", "c", "d"];
  const shown = { names, total: 7, outcomes, labels, doubted, doubtful: 6, asked, chosen: null };
  assert.equal(itemOf(shown, 7).guess, "");
  assert.deepEqual(itemOf(shown, 54), {
    label: "abcd"[labels[54]],
    guess: "abcd"[outcomes.guesses[54]],
    confidence: outcomes.confidence(54),
    loss: outcomes.loss(54, labels[54]),
    more: false,
    doubted: true,
  });
  outcomes.codes[3 * 4 + labels[3]] = 1;
  assert.equal(itemOf(shown, 3).more, true);
  assert.match(countWords(shown, [1, 2]), /^6 mistakes in the set, 2 of them/);
  assert.match(countWords({ ...shown, asked: { ...asked, filter: "all" } }, [1]), /^7 in the set, 1 of them/);
  assert.match(
    countWords({ ...shown, asked: { ...asked, filter: "doubtful" } }, [1]),
    /^6 wrong labels in the set, 1 /,
  );
  assert.match(
    countWords({ ...shown, chosen: { kind: "cell", label: 0, guess: 2 } }, [7]),
    /^3 in the set, 1 /,
  );
  const right = Array.from(labels.keys()).find((i) => labels[i] === outcomes.guesses[i]);
  const wrong = Array.from(labels.keys()).find((i) => labels[i] !== outcomes.guesses[i]);
  const lasso = { kind: "items", positions: Int32Array.of(right, wrong), from: "lasso" };
  assert.equal(countWords({ ...shown, chosen: lasso }, lasso.positions), "2 here, 1 of them read wrong.");
  const bin = { ...lasso, from: "bin" };
  assert.match(countWords({ ...shown, chosen: bin }, bin.positions), /By rounded confidence\.$/);
});

test("what is said", () => {
  const item = { label: "4", guess: "9", confidence: 0.984, loss: 4.12, more: false, doubted: false };
  assert.equal(words.captionWords(item, "surest"), "4→9 98 %");
  assert.equal(words.captionWords({ ...item, guess: "4", doubted: true }, "loss"), "? 4 4.1");
  assert.equal(words.itemWords(item), "4, read as 9, 98 % sure, loss 4.1");
  assert.match(words.itemWords({ ...item, doubted: true }), /five of five people call its label wrong$/);
  assert.match(words.itemWords({ ...item, more: true }), /loss ≥ 4\.1$/);
  assert.match(words.itemWords({ ...item, loss: 0.022 }), /loss < 0\.1$/);
  assert.match(words.itemWords({ ...item, loss: 0.022 }, 0.02187), /loss 0\.0219$/);
  const lost = { ...item, confidence: NaN, loss: NaN };
  assert.equal(words.itemWords(lost), "4, no answer");
  assert.equal(words.captionWords(lost, "loss"), "4: none");
  assert.match(words.legendWords("loss", false), /its loss\.$/);
  assert.match(words.legendWords("surest", true), /how surely\. “\?”: five of five people/);
  assert.equal(words.heldWords(31, 12), "31 in the set, 12 of them in this file.");
  assert.equal(words.heldWords(85, 85, "mistakes"), "85 mistakes in the set.");
  assert.equal(words.heldWords(1, 1, "mistakes"), "1 mistake in the set.");
  assert.equal(words.heldWords(2, 0), "2 in the set, none of them in this file.");
  assert.equal(words.heldWords(1200, 1200), "1,200 in the set.");
  assert.equal(words.heldWords(0, 0), "None in the set at this step.");
  assert.equal(words.chosenWords({ kind: "cell", label: 1, guess: 0 }, ["cat", "dog"]), "dog read as cat");
  const lasso = { kind: "items", positions: Int32Array.of(1, 2), from: "lasso" };
  assert.equal(words.chosenWords(lasso, []), "2 chosen with the lasso");
  assert.equal(words.binWords(0, 15), "0.00–0.07");
  assert.equal(words.excessWords(0.0123), "On the whole it is 1.2 points surer than it is right.");
  assert.equal(words.excessWords(-0.05), "On the whole it is 5.0 points less sure than it is right.");
  assert.equal(words.excessWords(0.0001), "On the whole it is as sure as it is right.");
  assert.match(
    words.excessWords(-0.05, 0.1),
    /less sure than it is right\. It was taught to be: label smoothing/,
  );
  assert.doesNotMatch(words.excessWords(0.05, 0.1), /smoothing/);
  assert.match(words.excessWords(NaN), /^There is nothing to compare: its numbers are no longer finite/);
});
