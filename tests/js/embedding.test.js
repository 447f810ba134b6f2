// The room "Embedding": its places are Python's, its matrix stays orthogonal, its choices are brute force's.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { FileError } from "#app/errors.js";
import { packed } from "#app/look/colours.js";
import { balanced, shuffled } from "#app/look/embedding/cast.js";
import { readFilm } from "#app/look/embedding/film.js";
import { GrandTour } from "#app/look/embedding/grandtour.js";
import { inside } from "#app/look/embedding/lasso.js";
import { codesOf, nearest } from "#app/look/embedding/near.js";
import { project, sunflower } from "#app/look/embedding/places.js";
import { ringOrder, shared } from "#app/look/embedding/ring.js";
import { disc, lay, shrunk, sprite } from "#app/look/embedding/sprites.js";
import { readAxes, readWish, writeAxes, writeWish } from "#app/look/embedding/state.js";
import { chosenWords } from "#app/look/embedding/words.js";
import { softmax } from "#app/net/loss.js";

const GOLDEN = JSON.parse(readFileSync(new URL("../golden/embedding.json", import.meta.url), "utf8"));

/** Numbers 0…1, the same in every run. */
function* draws(seed) {
  for (let state = seed; ;) {
    state = (state * 1103515245 + 12345) % 2147483648;
    yield state / 2147483648;
  }
}

const near = (found, wanted, within, what) => {
  assert.equal(found.length, wanted.length, what);
  wanted.forEach((value, i) =>
    assert.ok(Math.abs(found[i] - value) <= within, `${what} ${i}: ${found[i]} for ${value}`),
  );
};

/** How far a matrix is from an orthogonal one. */
function error({ matrix, side }) {
  let most = 0;
  for (let a = 0; a < side; a++) {
    for (let b = 0; b < side; b++) {
      let product = 0;
      for (let i = 0; i < side; i++) product += matrix[a * side + i] * matrix[b * side + i];
      most = Math.max(most, Math.abs(product - Number(a === b)));
    }
  }
  return most;
}

test("the ring and the places on it are Python's", () => {
  for (const { probabilities, order, places } of GOLDEN.rings) {
    const [all, classes] = [Float32Array.from(probabilities.flat()), order.length];
    assert.deepEqual(ringOrder(shared(all, classes), classes), order, `${classes} classes`);
    if (places === null) continue;
    const out = new Float32Array(2 * probabilities.length);
    project(all, new GrandTour(order).ends(), out);
    near(out, places.flat(), 1e-5, `${classes} classes`);
  }
});

test("what is no number has no part in the ring", () => {
  const [whole, gone] = [GOLDEN.rings[0].probabilities.flat(), Array(30).fill(NaN)];
  assert.deepEqual(shared(Float32Array.from([...gone, ...whole]), 10), shared(Float32Array.from(whole), 10));
});

test("piles are fanned out as in Python", () => {
  const { labels, offsets } = GOLDEN.fan;
  near(sunflower(labels, 3), offsets.flat(), 1e-6, "offset");
});

test("a film's differences add up", () => {
  const { steps, items, film, places } = GOLDEN.film;
  const arrays = new Map(
    Object.entries({
      items: { shape: [5], data: Int32Array.from(items) },
      steps: { shape: [4], data: Int32Array.from(steps) },
      film: { shape: [4, 5, 2], data: Int16Array.from(film.flat(2)) },
    }),
  );
  const read = readFilm(arrays, "tsne/test.safetensors");
  assert.deepEqual([...read.items], items);
  steps.forEach((step, i) => near(read.places.get(step), places[i].flat(), 1e-6, `step ${step}`));
  assert.equal(read.places.get(5), undefined);
  arrays.set("items", { shape: [4], data: Int32Array.of(1, 2, 3, 4) });
  assert.throws(
    () => readFilm(arrays, "tsne/test.safetensors"),
    (thrown) =>
      thrown instanceof FileError && /tsne\/test.safetensors: 'film' must be int16/.test(thrown.message),
  );
});

test("every axis begins on the ring with the length 1", () => {
  for (const classes of [1, 2, 3, 10, 40]) {
    const tour = new GrandTour(Array.from({ length: classes }, (_, k) => k));
    const ends = tour.ends();
    for (let k = 0; k < classes; k++)
      near([Math.hypot(ends[2 * k], ends[2 * k + 1])], [1], 1e-6, `axis ${k}`);
    assert.ok(error(tour) < 1e-9);
    assert.ok(tour.onRing);
  }
});

test("after a thousand drags the matrix is orthogonal, and the dragged axis ends under the pointer", () => {
  const random = draws(1);
  const next = () => random.next().value;
  for (const classes of [3, 10, 17]) {
    const tour = new GrandTour(Array.from({ length: classes }, (_, k) => k));
    for (let i = 0; i < 1000; i++) {
      const k = Math.floor(next() * classes);
      const [angle, length] = [2 * Math.PI * next(), tour.reach * Math.min(1.05 * next(), 1)];
      const place = i % 50 === 0 ? [0, 0] : [length * Math.cos(angle), length * Math.sin(angle)];
      tour.drag(k, ...place);
      near(tour.ends().slice(2 * k, 2 * k + 2), place, 1e-5, `drag ${i}`);
      if (i % 100 === 0) assert.ok(error(tour) < 1e-6, `drag ${i}: ${error(tour)}`);
    }
    assert.ok(error(tour) < 1e-6);
    assert.ok(!tour.onRing);
    tour.reset();
    near([Math.hypot(...tour.ends().slice(0, 2))], [1], 1e-6, "reset");
  }
});

test("what is dragged beyond reach stops at the rim; the others give way little", () => {
  const tour = new GrandTour([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const before = tour.ends();
  tour.drag(0, 0.1, 1);
  near(tour.ends().slice(2), before.slice(2), 0.1, "the others");
  tour.drag(3, 100, 0);
  near(tour.ends().slice(6, 8), [tour.reach, 0], 1e-5, "the rim");
});

test("the tour turns, and stays orthogonal", () => {
  const tour = new GrandTour([0, 1, 2, 3, 4]);
  const before = tour.ends();
  for (let i = 0; i < 2000; i++) tour.turn(1 / 60);
  assert.ok(error(tour) < 1e-6);
  assert.ok(tour.ends().some((end, i) => Math.abs(end - before[i]) > 0.1));
});

test("a written view comes back as it was seen", () => {
  const tour = new GrandTour([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  tour.drag(4, 0.3, -0.2);
  tour.drag(9, -1.1, 0.4);
  const text = writeAxes(tour.ends(), tour.reach);
  assert.match(text, /^[\w-]+$/);
  const other = new GrandTour([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  other.place(readAxes(text, 10, other.reach));
  near(other.ends(), tour.ends(), 0.03, "end");
  assert.ok(error(other) < 1e-9);
  for (const wrong of ["", "%", "AAAA", text.slice(2)]) assert.equal(readAxes(wrong, 10, 1), null);
});

test("the state in the address", () => {
  const usual = { kind: "linear", digits: false, axes: "" };
  assert.deepEqual(readWish(""), usual);
  assert.deepEqual(readWish("nonsense.~"), usual);
  assert.equal(writeWish(usual), "");
  for (const wish of [
    { kind: "tsne", digits: true, axes: "" },
    { kind: "linear", digits: true, axes: "AB_-" },
  ]) {
    assert.deepEqual(readWish(writeWish(wish)), wish);
    assert.match(writeWish(wish), /^[\w.~-]{1,200}$/);
  }
  assert.equal(writeWish({ ...usual, axes: "A".repeat(300) }), "");
});

test("a lasso holds what crossing to the outside crosses an odd number of times", () => {
  const random = draws(2);
  const points = Float32Array.from({ length: 4000 }, () => 2 * random.next().value - 1);
  const star = Array.from({ length: 5 }, (_, i) => (4 * Math.PI * i) / 5).flatMap((t) => [
    Math.sin(t),
    Math.cos(t),
  ]);
  // By the winding number: how often the line goes around the point; odd for a star's arms, even in its middle.
  const windings = (x, y) => {
    let turned = 0;
    for (let i = 0; i < star.length; i += 2) {
      const j = (i + 2) % star.length;
      const from = Math.atan2(star[i + 1] - y, star[i] - x);
      const to = Math.atan2(star[j + 1] - y, star[j] - x);
      turned += ((to - from + 3 * Math.PI) % (2 * Math.PI)) - Math.PI;
    }
    return Math.round(turned / (2 * Math.PI));
  };
  const wanted = Array.from({ length: 2000 }, (_, i) => i).filter(
    (i) => windings(points[2 * i], points[2 * i + 1]) % 2 !== 0,
  );
  assert.ok(wanted.length > 100);
  assert.deepEqual(inside(star, points, 2000), wanted);
  assert.deepEqual(inside([0, 0, 1, 1], points, 2000), []);
  assert.deepEqual(inside([], points, 2000), []);
});

test("the nearest are those of a full sort", () => {
  const random = draws(3);
  const [n, classes] = [500, 10];
  const codes = Uint8Array.from({ length: n * classes }, () => 1 + Math.floor(255 * random.next().value));
  codes.fill(0, 70, 80); // item 7 is no number
  const outcomes = { codes, classes, n, scale: 16 };
  const mine = Float32Array.from({ length: classes }, () => 255 * random.next().value);
  const distance = (i) => Math.hypot(...mine.map((code, k) => codes[i * classes + k] - code)) / 16;
  const sorted = (among) => [...among].sort((a, b) => distance(a) - distance(b) || a - b);
  const everyone = Array.from({ length: n }, (_, i) => i).filter((i) => i !== 7);
  const found = nearest(outcomes, mine, 8);
  assert.deepEqual(
    found.map(({ position }) => position),
    sorted(everyone).slice(0, 8),
  );
  near(
    found.map((one) => one.distance),
    found.map(({ position }) => distance(position)),
    1e-4,
    "distance",
  );
  const among = Int32Array.of(3, 7, 90, 200, 14);
  const few = nearest(outcomes, mine, 8, { among, except: 90 });
  assert.deepEqual(
    few.map(({ position }) => position),
    sorted([3, 200, 14]),
  );
  assert.deepEqual(nearest(outcomes, mine.fill(NaN), 8), []);
});

test("an input's codes are those of an item that answers alike", () => {
  const logits = Float32Array.of(2, -1, 0.5);
  const p = softmax(logits, new Float32Array(3));
  const wanted = Array.from(p, (one) => 128 + 16 * Math.log(one / (1 - one)));
  near(codesOf(logits, 16), wanted, 0.01, "code");
  near(codesOf(Float32Array.of(900, 0, 0), 16), [255, 1, 1], 0, "a sure one");
  near(codesOf(Float32Array.of(3), 16), [255], 0, "a single class");
});

test("a sprite is laid on a picture by its opacity, and cut off at the edges", () => {
  const [ink, paper] = [
    [200, 100, 0],
    [0, 0, 40],
  ];
  const dot = sprite(disc(1), ink, paper);
  const size = 9;
  const blank = () => new Uint32Array(size * size).fill(packed([100, 50, 250]));
  const channels = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  const picture = blank();
  lay(picture, size, size, dot, 4.5, 4.5, 256);
  assert.deepEqual(channels(picture[4 * size + 4]), ink);
  assert.deepEqual(channels(picture[0]), [100, 50, 250]);
  for (let i = 0; i < dot.side ** 2; i++) {
    const at =
      (4 + Math.floor(i / dot.side) - (dot.side - 1) / 2) * size + 4 + (i % dot.side) - (dot.side - 1) / 2;
    const share = dot.opacities[i] / 256;
    const above = channels(dot.colours[i]);
    const wanted = [100, 50, 250].map((below, k) => below + share * (above[k] - below));
    near(channels(picture[at]), wanted, 1, `pixel ${i}`);
    assert.equal(picture[at] >>> 24, 255);
  }
  const faint = blank();
  lay(faint, size, size, dot, 4.5, 4.5, 64);
  near(channels(faint[4 * size + 4]), [125, 62.5, 187.5], 1, "faint");
  for (const [x, y] of [
    [0, 0],
    [9, 4],
    [4, -1],
    [-30, 50],
  ]) {
    const edge = blank();
    lay(edge, size, size, dot, x, y, 256);
    const wide = new Uint32Array(100 * 100).fill(packed([100, 50, 250]));
    lay(wide, 100, 100, dot, x + 45, y + 45, 256);
    for (let i = 0; i < size * size; i++) {
      assert.equal(edge[i], wide[(45 + Math.floor(i / size)) * 100 + 45 + (i % size)], `${x} ${y} ${i}`);
    }
  }
});

test("a small picture has the ink of the large one, and an empty margin", () => {
  const face = Uint8Array.from({ length: 16 }, (_, i) => (i % 4 < 2 ? 255 : 0));
  const { side, cover } = shrunk(face, [1, 4, 4], 4);
  assert.equal(side, 4);
  assert.deepEqual([...cover], [0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  near(
    shrunk(new Float32Array(12).fill(0.5), [3, 2, 2], 6).cover.slice(7, 11),
    [0.5, 0.5, 0.5, 0.5],
    1e-6,
    "row",
  );
});

test("as many of each class are drawn, in an order that mixes them", () => {
  const labels = Int32Array.from({ length: 90 }, (_, i) => Math.floor(i / 30));
  const everyone = Int32Array.from(labels.keys());
  assert.equal(balanced(everyone, labels, 3, 90), everyone);
  assert.deepEqual([...balanced(everyone, labels, 3, 7)], [0, 1, 30, 31, 60, 61]);
  const order = shuffled(90);
  assert.deepEqual(
    [...order].sort((a, b) => a - b),
    [...everyone],
  );
  const last = [...order.slice(-30)].map((i) => labels[i]);
  for (const k of [0, 1, 2]) assert.ok(last.filter((label) => label === k).length > 4);
});

test("what is chosen is counted by class", () => {
  const labels = Int32Array.of(4, 4, 9, 1, 0, 2, 3);
  const guesses = Uint8Array.of(4, 9, 9, 1, 0, 2, 3);
  const names = [..."0123456789"];
  assert.equal(chosenWords([0, 1, 2], labels, guesses, names), "3 chosen: 2 × 4, 1 × 9; 1 read wrong.");
  assert.equal(chosenWords([0], labels, guesses, names), "1 chosen: 1 × 4; all read right.");
  assert.match(
    chosenWords([0, 1, 2, 3, 4, 5], labels, guesses, names),
    /2 × 4, 1 × 0, 1 × 1, 1 × 2, others; 1/,
  );
  assert.equal(chosenWords([], labels, guesses, names), "None.");
});
