// The server's part: a picture there, its reading back.

/** @import {Lesson, Reading} from "#app/read/types.js" */

import { HandlensError, Unreachable } from "#app/errors.js";
import { sentence } from "#app/read/words.js";

const ATTEMPTS = 4;

/**
 * Read a picture.
 * @param {Blob} body
 * @param {{mode: string, expect: string}} wishes  empty where there are none
 * @returns {Promise<Reading>}
 */
export async function read(body, { mode, expect }) {
  const wishes = Object.entries({ mode, expect }).filter(([, value]) => value !== "");
  const query = new URLSearchParams([...wishes, ["frames", "true"]]);
  const headers = { "Content-Type": body.type.startsWith("image/") ? body.type : "application/octet-stream" };
  return (await posted(`/v1/read?${query}`, headers, body)).json();
}

/**
 * Correct a reading.
 * @param {string} frame  what the network saw, as the reading has it
 * @param {string} label  what it is
 * @returns {Promise<Lesson>}
 */
export async function taught(frame, label) {
  const body = JSON.stringify({ frame, label });
  return (await posted("/v1/teach", { "Content-Type": "application/json" }, body)).json();
}

/**
 * Send something, again where the server is busy.
 * @param {string} path
 * @param {Record<string, string>} headers
 * @param {BodyInit} body
 */
async function posted(path, headers, body) {
  for (let attempt = 1; ; attempt++) {
    let response;
    try {
      response = await fetch(path, { method: "POST", headers, body });
    } catch {
      throw new Unreachable("The server doesn't answer; is “handlens serve” still running?");
    }
    if (response.ok) return response;
    if (response.status !== 503 || attempt === ATTEMPTS) throw new HandlensError(await reason(response));
    await pause(Number(response.headers.get("Retry-After") ?? 1));
  }
}

/** @param {number} seconds */
const pause = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));

/**
 * The server's own sentence, or what its answer was.
 * @param {Response} response
 */
async function reason(response) {
  try {
    const { error } = await response.json();
    if (typeof error === "string") return sentence(error);
  } catch {
    // No JSON: something else than handlens answered.
  }
  return `The server answered ${response.status} ${response.statusText}`.trim();
}
