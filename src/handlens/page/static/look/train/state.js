// What the room shows, as a part of the page's address: "again", "branch", "of.first", "" for a new training.

/**
 * @typedef {object} Shown
 * @property {"new" | "again" | "branch"} mode  how the next training begins
 * @property {string | null} parent  the recording that this one was begun from, to be compared with
 */

/**
 * @param {string | undefined} text
 * @returns {Shown}
 */
export function readShown(text = "") {
  if (text === "again" || text === "branch") return { mode: text, parent: null };
  return { mode: "new", parent: text.startsWith("of.") && text.length > 3 ? text.slice(3) : null };
}

/** @param {Shown} shown */
export function writeShown({ mode, parent }) {
  if (mode !== "new") return mode;
  return parent === null ? "" : `of.${parent}`;
}
