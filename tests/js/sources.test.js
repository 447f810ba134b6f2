// Where recordings come from: a server that is stood in for, and a page's own blocks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { HandlensError } from "#app/errors.js";
import { packed } from "#app/source/packed.js";
import { served } from "#app/source/served.js";

const rejects = (promise, message) =>
  assert.rejects(promise, (error) => error instanceof HandlensError && message.test(error.message));

/** A page of such blocks, {key: base64}, as far as `packed` looks. */
function page(blocks) {
  const elements = Object.entries(blocks).map(([key, textContent]) => ({
    getAttribute: (name) => (name === "data-key" ? key : null),
    textContent,
  }));
  return { querySelectorAll: (selector) => (selector === "script[data-key]" ? elements : []) };
}

const packedText = (value) => deflateSync(Buffer.from(value)).toString("base64");

test("a page's own blocks", async () => {
  const run = JSON.stringify({ name: "first", status: "finished", accuracy: 0.98, frames: [0] });
  const frame = packedText("\0\x01\xff");
  const source = packed(page({ "run.json": packedText(run), "frames/0.safetensors": frame }));
  assert.deepEqual(await source.runs(), [{ id: "first", name: "first", status: "finished", accuracy: 0.98 }]);
  assert.equal(new TextDecoder().decode(await source.read("first", "run.json")), run);
  assert.deepEqual([...(await source.read("first", "frames/0.safetensors"))], [...Buffer.from("\0\x01\xff")]);
  source.watch("first", () => assert.fail())();
});

test("what a page doesn't hold, and what is damaged in it", async () => {
  const whole = packedText("a resource of some length");
  const source = packed(page({ cut: whole.slice(0, 20), letters: "%%%", plain: btoa("no zlib") }));
  await rejects(source.read("", "frames/8.safetensors"), /this file holds no 'frames\/8.safetensors'/);
  for (const key of ["cut", "letters", "plain"]) {
    await rejects(source.read("", key), new RegExp(`'${key}' in this file is damaged; export`));
  }
});

test("a server's resources, its reasons, its silence", async (t) => {
  const asked = [];
  const answers = {
    "/runs.json": () => Response.json([{ id: "a b", name: "a b", status: "running", accuracy: null }]),
    "/runs/a%20b/frames/0.safetensors": () => new Response(Uint8Array.of(1, 2)),
    "/runs/a%20b/no": () => Response.json({ error: "a b has no 'no'" }, { status: 404 }),
    "/runs/a%20b/proxy": () => new Response("<html>", { status: 502, statusText: "Bad Gateway" }),
    "/runs/..%2F%3Fx/run.json": () => new Response("{}"),
  };
  t.mock.method(globalThis, "fetch", async (path) => {
    asked.push(path);
    if (!(path in answers)) throw new TypeError("fetch failed");
    return answers[path]();
  });
  const source = served();
  assert.equal((await source.runs())[0].id, "a b");
  assert.deepEqual(await source.read("a b", "frames/0.safetensors"), Uint8Array.of(1, 2));
  await rejects(source.read("a b", "no"), /^a b has no 'no'$/);
  await rejects(source.read("a b", "proxy"), /\/runs\/a%20b\/proxy: the server answered 502 Bad Gateway/);
  await rejects(source.read("a b", "gone"), /the server doesn't answer; is 'handlens view' still running\?/);
  await source.read("../?x", "run.json");
  assert.equal(asked.length, 6);
});

test("growth is told as it happens, until it is stopped", () => {
  const opened = [];
  globalThis.EventSource = class extends EventTarget {
    constructor(path) {
      super();
      opened.push(Object.assign(this, { path, close: () => (this.closed = true) }));
    }
  };
  const grown = [];
  let lost = 0;
  const stop = served().watch(
    "first",
    (growth) => grown.push(growth),
    () => lost++,
  );
  const [events] = opened;
  assert.equal(events.path, "/runs/first/events");
  const growth = { frames: 9, total: 20, status: "running" };
  events.dispatchEvent(new MessageEvent("grew", { data: JSON.stringify(growth) }));
  events.dispatchEvent(new MessageEvent("other", { data: "" }));
  assert.deepEqual([grown, lost], [[growth], 0]);
  events.dispatchEvent(new Event("error"));
  assert.deepEqual([grown.length, lost, events.closed], [1, 1, undefined]); // it is told again once it is back
  stop();
  assert.equal(events.closed, true);
  delete globalThis.EventSource;
});
