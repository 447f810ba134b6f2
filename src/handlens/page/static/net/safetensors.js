// Reading safetensors: eight bytes of length, a JSON header, the numbers. Nothing is trusted before a check.
// The format: https://github.com/huggingface/safetensors#format

/** @import {Shape, Tensor} from "#app/net/types.js" */

import { FileError } from "#app/errors.js";
import { fromHalves } from "#app/net/half.js";
import { same, size, text } from "#app/net/shapes.js";

/**
 * @template {Numbers} N
 * @typedef {Record<string, {bytes: number, read: (buffer: ArrayBuffer) => N}>} Types  by their names in a file
 */

/** @typedef {Float32Array | Uint8Array | Int16Array | Int32Array} Numbers */

/** @type {Types<Float32Array>} */
const WEIGHTS = {
  F32: { bytes: 4, read: (buffer) => new Float32Array(buffer) },
  F16: { bytes: 2, read: (buffer) => fromHalves(new Uint16Array(buffer)) },
};

/** @type {Types<Numbers>} */
const ALL = {
  ...WEIGHTS,
  U8: { bytes: 1, read: (buffer) => new Uint8Array(buffer) },
  I16: { bytes: 2, read: (buffer) => new Int16Array(buffer) },
  I32: { bytes: 4, read: (buffer) => new Int32Array(buffer) },
};

/**
 * @typedef {object} Entry  of the header
 * @property {string} name
 * @property {string} dtype
 * @property {Shape} shape
 * @property {number} begin
 * @property {number} end
 */

/**
 * The tensors of a file, float32 and float16, all as float32 and copied out of it.
 * @param {ArrayBuffer} file
 * @param {string} where  the file's name, for the message
 * @returns {Map<string, Tensor>}
 */
export function readTensors(file, where) {
  return read(file, where, WEIGHTS);
}

/**
 * The arrays of a file, each in its own type: float32 (also from float16), uint8, int16, int32.
 * @param {ArrayBuffer} file
 * @param {string} where  the file's name, for the message
 * @returns {Map<string, {shape: Shape, data: Numbers}>}
 */
export function readArrays(file, where) {
  return read(file, where, ALL);
}

/**
 * One of a file's arrays, which must be of a type and a shape.
 * @template {Numbers} N
 * @param {Map<string, {shape: Shape, data: Numbers}>} arrays
 * @param {string} name
 * @param {new (length: number) => N} kind
 * @param {Shape} shape
 * @param {string} where  the file's name, for the message
 */
export function arrayOf(arrays, name, kind, shape, where) {
  const found = arrays.get(name);
  if (found === undefined || !(found.data instanceof kind) || !same(found.shape, shape)) {
    const other = found === undefined ? "missing" : `${found.data.constructor.name} ${text(found.shape)}`;
    throw new FileError(`${where}: '${name}' must be ${kind.name} ${text(shape)}; it is ${other}`);
  }
  return /** @type {N} */ (found.data);
}

/**
 * @template {Numbers} N
 * @param {ArrayBuffer} file
 * @param {string} where
 * @param {Types<N>} types  those allowed in it
 * @returns {Map<string, {shape: Shape, data: N}>}
 */
function read(file, where, types) {
  const { header, start } = readHeader(file, where);
  const entries = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => readEntry(name, entry, where, types));
  checkLayout(entries, file.byteLength - start, where);
  return new Map(
    entries.map(({ name, dtype, shape, begin, end }) => {
      const data = types[dtype].read(file.slice(start + begin, start + end));
      return [name, { shape, data }];
    }),
  );
}

/**
 * @param {ArrayBuffer} file
 * @param {string} where
 */
function readHeader(file, where) {
  if (file.byteLength < 8) throw new FileError(`${where}: ${file.byteLength} bytes are no safetensors file`);
  const view = new DataView(file);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > file.byteLength - 8) {
    throw new FileError(
      `${where}: its header would take ${length} bytes, but ${file.byteLength - 8} follow; ` +
        "the file is cut off or no safetensors file",
    );
  }
  let header;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(file, 8, length)));
  } catch {
    throw new FileError(`${where}: its header is no JSON; the file is damaged or no safetensors file`);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw new FileError(`${where}: its header is no JSON object`);
  }
  return { header: /** @type {Record<string, unknown>} */ (header), start: 8 + length };
}

/**
 * @param {string} name
 * @param {any} entry
 * @param {string} where
 * @param {Types<Numbers>} types
 * @returns {Entry}
 */
function readEntry(name, entry, where, types) {
  const { dtype, shape, data_offsets: offsets } = entry ?? {};
  if (typeof dtype !== "string" || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) {
    throw new FileError(`${where}: tensor '${name}' needs dtype, shape and two data_offsets in the header`);
  }
  if (!Object.hasOwn(types, dtype)) {
    throw new FileError(
      `${where}: tensor '${name}' is ${dtype}; this page reads ${Object.keys(types).join(" and ")} here`,
    );
  }
  const [begin, end] = offsets;
  const expected = size(shape) * types[dtype].bytes;
  if (end - begin !== expected) {
    throw new FileError(
      `${where}: tensor '${name}', ${dtype} ${text(shape)}, has ${end - begin} bytes; expected ${expected}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

/**
 * @param {unknown} value
 * @returns {value is number[]}
 */
function isCounts(value) {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}

/**
 * The tensors must lie one behind the other and fill the file: no overlap, no gap, nothing after them.
 * @param {Entry[]} entries
 * @param {number} length
 * @param {string} where
 */
function checkLayout(entries, length, where) {
  let at = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at)
      throw new FileError(`${where}: tensor '${name}' begins at byte ${begin}; expected ${at}`);
    at = end;
  }
  if (at !== length) {
    throw new FileError(
      `${where}: the tensors take ${at} bytes, but ${length} follow the header; it isn't whole`,
    );
  }
}
