// Long work in slices: as far as the time goes, dropped for another, done once.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Work } from "#app/app/work.js";

/** Work whose idle moments come by hand; each has time for so many steps. */
function made() {
  const waiting = [];
  const work = new Work((run) => waiting.push(run));
  const moment = (steps) => {
    let left = steps;
    waiting.shift()?.(() => (--left > 0 ? 10 : 0));
  };
  return { work, waiting, moment };
}

function* counting(log, to) {
  for (let i = 1; i <= to; i++) {
    log.push(i);
    yield i / to;
  }
  return `counted to ${to}`;
}

test("it goes on as far as there is time, and tells how far it is", () => {
  const { work, waiting, moment } = made();
  const [log, done] = [[], []];
  work.start(
    "a",
    () => counting(log, 4),
    (result) => done.push(result),
  );
  assert.deepEqual([log, work.progress], [[], 0]);
  moment(2);
  assert.deepEqual([log, work.progress], [[1, 2], 0.5]);
  work.start(
    "a",
    () => counting(log, 4),
    (result) => done.push(result),
  );
  moment(9);
  assert.deepEqual([log, work.progress, done], [[1, 2, 3, 4], 1, ["counted to 4"]]);
  assert.equal(waiting.length, 0);
  work.start(
    "a",
    () => counting(log, 4),
    (result) => done.push(result),
  );
  assert.equal(waiting.length, 0);
});

test("another key drops what was being done", () => {
  const { work, moment } = made();
  const [log, done] = [[], []];
  work.start(
    "a",
    () => counting(log, 4),
    (result) => done.push(result),
  );
  moment(1);
  work.start(
    "b",
    () => counting(log, 2),
    (result) => done.push(result),
  );
  moment(9);
  moment(9);
  assert.deepEqual([log, done], [[1, 1, 2], ["counted to 2"]]);
});

test("what was stopped can begin again", () => {
  const { work, moment } = made();
  const [log, done] = [[], []];
  work.start(
    "a",
    () => counting(log, 2),
    (result) => done.push(result),
  );
  work.stop();
  moment(9);
  assert.deepEqual([log, done, work.progress], [[], [], 1]);
  work.start(
    "a",
    () => counting(log, 2),
    (result) => done.push(result),
  );
  moment(9);
  assert.deepEqual(done, ["counted to 2"]);
});
