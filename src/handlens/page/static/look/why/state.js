// What the room asks, as a part of the page's address: "4", "4.9" for a 4 rather than a 9, "" for its answer.

/** @import {Question} from "#app/look/why/score.js" */

/** @typedef {{subject: number | null, rival: number | null}} Asked  null: whatever it answers; nothing */

/**
 * @param {string | undefined} text
 * @param {number} classes
 * @returns {Asked}  what makes no sense is left out
 */
export function readAsked(text = "", classes) {
  const [subject, rival] = text.split(".").map((part) => (/^\d{1,6}$/.test(part) ? Number(part) : NaN));
  if (!(subject < classes)) return { subject: null, rival: null };
  return { subject, rival: rival < classes && rival !== subject ? rival : null };
}

/** @param {Asked} asked */
export function writeAsked({ subject, rival }) {
  if (subject === null) return "";
  return rival === null ? String(subject) : `${subject}.${rival}`;
}

/**
 * @param {Asked} asked
 * @param {number} answer  the class that the network names
 * @returns {Question}
 */
export function questionOf({ subject, rival }, answer) {
  return { subject: subject ?? answer, rival };
}
