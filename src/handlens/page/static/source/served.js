// Recordings from the server that the page itself came from.

/** @import {Source} from "#app/source/source.js" */

import { ask } from "#app/source/ask.js";
import { Live } from "#app/source/live.js";

/**
 * The server's recordings.
 * @param {boolean} [live]  whether trainings can be ordered of it
 * @returns {Source}
 */
export function served(live = false) {
  return {
    several: true,
    live: live ? new Live() : null,
    runs: async () => (await ask("/runs.json")).json(),
    read: async (run, key) => new Uint8Array(await (await ask(address(run, key))).arrayBuffer()),
    watch(run, onGrew, onLost = () => {}) {
      const events = new EventSource(address(run, "events"));
      events.addEventListener("grew", (event) => {
        const growth = JSON.parse(event.data);
        if (growth.status !== "running") events.close();
        onGrew(growth);
      });
      events.addEventListener("error", onLost); // the browser itself tries again, and hears "grew" at first
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
