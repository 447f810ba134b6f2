// A chosen cell stands in the address too: of the two, the one that was changed is right.

/** @import {Chosen} from "#app/app/view.js" */
/** @import {Cell} from "#app/look/mistakes/state.js" */

/**
 * @typedef {object} Told
 * @property {string | undefined} state  of the room, in the address
 * @property {string} set  that the rooms look at: turning to another one drops what is chosen
 * @property {Chosen | null} chosen
 */

/** Before the room opened. @type {Told} */
export const NOTHING = { state: undefined, set: "", chosen: null };

/**
 * What is to be done so that both tell of the same cell; null where they do.
 * @param {Told} before
 * @param {Told} now
 * @param {Cell | null} cell  in the address now
 * @returns {{choose: Cell | null} | {write: Cell | null} | null}
 */
export function agreement(before, now, cell) {
  const { chosen } = now;
  const other = chosen?.kind === "cell" ? chosen : null;
  if (cell?.label === other?.label && cell?.guess === other?.guess) return null;
  const readdressed = now.state !== before.state || now.set !== before.set;
  const rechosen = chosen !== before.chosen;
  // Opened without a cell, the room takes over what another one has chosen.
  return readdressed && (cell !== null || !rechosen) ? { choose: cell } : { write: other };
}
