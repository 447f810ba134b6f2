// Where recordings come from: a server, or the page's own file. Types only.

/** @import {Live} from "#app/source/live.js" */

/**
 * A recording that can be opened.
 * @typedef {object} RunCard
 * @property {string} id  what `read` and `watch` call it
 * @property {string} name
 * @property {string} status  running, interrupted, finished or failed
 * @property {number | null} accuracy  0…1
 * @property {boolean} [broken]  whether it ships as one that is broken on purpose
 */

/**
 * What is told when a recording that is still being written has grown.
 * @typedef {object} Growth
 * @property {number} frames  how many there are now
 * @property {number} total  the last step known of
 * @property {string} status
 */

/**
 * @typedef {object} Source
 * @property {boolean} several  whether it may have more than one recording
 * @property {Live | null} live  what trains for the page, where that can be
 * @property {() => Promise<RunCard[]>} runs
 * @property {(run: string, key: string) => Promise<Uint8Array>} read  a resource
 * @property {(run: string, onGrew: (growth: Growth) => void, onLost?: () => void) => () => void} watch
 *   gives what stops it; `onLost` whenever nothing is told any more: once it is again, `onGrew` tells so
 */

export {};
