// Recordings from the server that the page itself came from.

/** @import {Source} from "#app/source/source.js" */

import { HandlensError, Unreachable } from "#app/errors.js";

/**
 * The server's recordings.
 * @returns {Source}
 */
export function served() {
  return {
    runs: async () => (await get("/runs.json")).json(),
    read: async (run, key) => new Uint8Array(await (await get(address(run, key))).arrayBuffer()),
    watch(run, onGrew) {
      const events = new EventSource(address(run, "events"));
      events.addEventListener("grew", (event) => {
        const growth = JSON.parse(event.data);
        if (growth.status !== "running") events.close();
        onGrew(growth);
      });
      return () => events.close();
    },
  };
}

/**
 * @param {string} run
 * @param {string} key
 */
function address(run, key) {
  return ["/runs", ...[run, ...key.split("/")].map(encodeURIComponent)].join("/");
}

/** @param {string} path */
async function get(path) {
  let response;
  try {
    response = await fetch(path);
  } catch {
    throw new Unreachable(`${path}: the server doesn't answer; is 'handlens view' still running?`);
  }
  if (!response.ok) throw new HandlensError(await reason(response, path));
  return response;
}

/**
 * The server's own sentence, or what its answer was.
 * @param {Response} response
 * @param {string} path
 * @returns {Promise<string>}
 */
async function reason(response, path) {
  try {
    const { error } = await response.json();
    if (typeof error === "string") return error;
  } catch {
    // No JSON: something else than handlens answered.
  }
  return `${path}: the server answered ${response.status} ${response.statusText}`.trim();
}
