// The recording that the page carries in its own file, a block for each resource.

/** @import {Source} from "#app/source/source.js" */

import { HandlensError } from "#app/errors.js";

/**
 * The one recording in the page's own file. Nothing in it ever changes.
 * @param {Document} page
 * @returns {Source}
 */
export function packed(page) {
  const blocks = new Map(
    [...page.querySelectorAll("script[data-key]")].map((block) => [block.getAttribute("data-key"), block]),
  );
  /** @param {string} key */
  const read = async (key) => {
    const block = blocks.get(key);
    if (block === undefined) throw new HandlensError(`this file holds no '${key}'`);
    return inflate(block.textContent ?? "", key);
  };
  return {
    several: false,
    live: null,
    async runs() {
      const { name, status, accuracy } = JSON.parse(new TextDecoder().decode(await read("run.json")));
      return [{ id: name, name, status, accuracy }];
    },
    read: (_run, key) => read(key),
    watch: () => () => {},
  };
}

/**
 * @param {string} base64  of zlib's format
 * @param {string} key
 * @returns {Promise<Uint8Array>}
 */
async function inflate(base64, key) {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new HandlensError(`'${key}' in this file is damaged; export the recording again`);
  }
}
