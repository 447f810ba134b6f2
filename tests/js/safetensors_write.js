// Safetensors for the tests, written by the format's description.

const TYPES = new Map([
  [Float32Array, "F32"],
  [Uint8Array, "U8"],
  [Int16Array, "I16"],
  [Int32Array, "I32"],
]);

/** A file of tensors: {name: [shape, typed array]}. */
export function write(tensors) {
  const header = {};
  let at = 0;
  for (const [name, [shape, data]] of Object.entries(tensors)) {
    header[name] = {
      dtype: TYPES.get(data.constructor),
      shape,
      data_offsets: [at, (at += data.byteLength)],
    };
  }
  const head = new TextEncoder().encode(JSON.stringify(header));
  const file = new Uint8Array(8 + head.length + at);
  new DataView(file.buffer).setUint32(0, head.length, true);
  file.set(head, 8);
  let end = 8 + head.length;
  for (const [, data] of Object.values(tensors)) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), end);
    end += data.byteLength;
  }
  return file;
}
