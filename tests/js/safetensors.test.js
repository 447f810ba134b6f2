// Frames as the recorder writes them, and files that only look like them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FileError } from "#app/errors.js";
import { fromHalf } from "#app/net/half.js";
import { readArrays, readTensors } from "#app/net/safetensors.js";

/** A file of that header and so many bytes, the first few given. */
function file(header, length, first = []) {
  const head = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const whole = new Uint8Array(8 + head.length + length);
  new DataView(whole.buffer).setUint32(0, head.length, true);
  whole.set(head, 8);
  whole.set(first, 8 + head.length);
  return whole.buffer;
}

const entry = (dtype, shape, begin, end) => ({ dtype, shape, data_offsets: [begin, end] });
const refuses = (bytes, message) =>
  assert.throws(
    () => readTensors(bytes, "frame"),
    (error) => error instanceof FileError && message.test(error.message),
    String(message),
  );

test("float32 and float16, in any order, at any alignment", () => {
  const header = {
    __metadata__: { handlens: "x" },
    b: entry("F32", [2, 1], 6, 14),
    a: entry("F16", [3], 0, 6),
    none: entry("F32", [0, 7], 14, 14),
    one: entry("F32", [], 14, 18),
  };
  const halves = new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x7c00).buffer);
  const floats = new Uint8Array(Float32Array.of(1.5, -0.1, 7).buffer);
  const tensors = readTensors(file(header, 18, [...halves, ...floats]), "frame");
  assert.deepEqual(tensors.get("a"), { shape: [3], data: Float32Array.of(1, -2, Infinity) });
  assert.deepEqual(tensors.get("b"), { shape: [2, 1], data: Float32Array.of(1.5, -0.1) });
  assert.deepEqual(tensors.get("none"), { shape: [0, 7], data: new Float32Array(0) });
  assert.deepEqual(tensors.get("one"), { shape: [], data: Float32Array.of(7) });
  assert.equal(tensors.size, 4);
});

test("arrays of other types keep them; weights may be no integers", () => {
  const header = {
    pixels: entry("U8", [3], 0, 3),
    labels: entry("I32", [2], 3, 11),
    half: entry("F16", [1], 11, 13),
    single: entry("F32", [1], 13, 17),
    film: entry("I16", [2], 17, 21),
  };
  const film = new Uint8Array(Int16Array.of(-3, 2047).buffer);
  const labels = new Uint8Array(Int32Array.of(-7, 70000).buffer);
  const single = new Uint8Array(Float32Array.of(-0.5).buffer);
  const content = file(header, 21, [0, 128, 255, ...labels, 0, 0x3c, ...single, ...film]);
  const arrays = readArrays(content, "digits");
  assert.deepEqual(arrays.get("pixels"), { shape: [3], data: Uint8Array.of(0, 128, 255) });
  assert.deepEqual(arrays.get("labels"), { shape: [2], data: Int32Array.of(-7, 70000) });
  assert.deepEqual(arrays.get("film"), { shape: [2], data: Int16Array.of(-3, 2047) });
  assert.deepEqual(arrays.get("half"), { shape: [1], data: Float32Array.of(1) });
  assert.deepEqual(arrays.get("single"), { shape: [1], data: Float32Array.of(-0.5) });
  refuses(content, /tensor 'pixels' is U8; this page reads F32 and F16 here/);
  const wide = file({ a: entry("I64", [1], 0, 8) }, 8);
  assert.throws(
    () => readArrays(wide, "sets"),
    /'a' is I64; this page reads F32 and F16 and U8 and I16 and I32/,
  );
  const short = file({ a: entry("I32", [2], 0, 7) }, 7);
  assert.throws(() => readArrays(short, "sets"), /I32 \[2\], has 7 bytes; expected 8/);
});

test("every half-precision number, by its definition", () => {
  for (let half = 0; half < 0x10000; half++) {
    const [sign, exponent, fraction] = [half >> 15, (half >> 10) & 31, half & 1023];
    let expected = (1 + fraction / 1024) * 2 ** (exponent - 15);
    if (exponent === 0) expected = (fraction / 1024) * 2 ** -14;
    if (exponent === 31) expected = fraction ? NaN : Infinity;
    assert.ok(Object.is(fromHalf(half), sign ? -expected : expected), `0x${half.toString(16)}`);
  }
});

test("a file that is cut off, or none at all", () => {
  refuses(new ArrayBuffer(7), /frame: 7 bytes are no safetensors file/);
  refuses(
    Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 123).buffer,
    /header would take .* but 1 follow/,
  );
  refuses(Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 123, 125).buffer, /header would take 3 bytes, but 2 follow/);
  refuses(Uint8Array.of(2, 0, 0, 0, 1, 0, 0, 0, 123, 125).buffer, /header would take 4294967298 bytes/);
  const latin = Uint8Array.from('{"__metadata__":"\xff"}', (character) => character.charCodeAt(0));
  refuses(Uint8Array.of(latin.length, 0, 0, 0, 0, 0, 0, 0, ...latin).buffer, /its header is no JSON/);
  refuses(file("{]", 0), /its header is no JSON/);
  refuses(file("[]", 0), /its header is no JSON object/);
  refuses(file({ a: entry("F32", [2], 0, 8) }, 7), /the tensors take 8 bytes, but 7 follow the header/);
});

test("an entry that contradicts itself or the file", () => {
  refuses(file({ a: null }, 0), /tensor 'a' needs dtype, shape and two data_offsets/);
  refuses(file({ a: entry("F32", [-1], 0, 4) }, 4), /tensor 'a' needs dtype/);
  refuses(file({ a: { dtype: "F32", shape: [1], data_offsets: [0] } }, 4), /two data_offsets/);
  refuses(file({ a: entry("I64", [1], 0, 8) }, 8), /tensor 'a' is I64; this page reads F32 and F16/);
  refuses(file({ a: entry("toString", [1], 0, 8) }, 8), /tensor 'a' is toString; this page reads/);
  refuses(file({ a: entry("F32", [2], 0, 4) }, 4), /F32 \[2\], has 4 bytes; expected 8/);
  refuses(file({ a: entry("F32", [2], 8, 0) }, 8), /has -8 bytes; expected 8/);
  refuses(file({ a: entry("F32", [1], 4, 8) }, 8), /tensor 'a' begins at byte 4; expected 0/);
  refuses(
    file({ a: entry("F32", [1], 0, 4), b: entry("F32", [1], 0, 4) }, 8),
    /tensor 'b' begins at byte 0; expected 4/,
  );
  refuses(file({ a: entry("F32", [1], 0, 4) }, 8), /the tensors take 4 bytes, but 8 follow/);
});
