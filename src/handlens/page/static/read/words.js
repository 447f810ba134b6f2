// A reading in words.

/** @import {Digit, Lesson, Reading} from "#app/read/types.js" */

import { percent } from "#app/widgets/words.js";

/** The class of what is no digit. */
export const NONE = "none";

/** @param {number} count @param {string} thing */
const several = (count, thing) => `${count} ${thing}${count === 1 ? "" : "s"}`;

/** @param {unknown[]} things */
const isnt = (things) => (things.length === 1 ? "isn't" : "aren't");

/**
 * What was found, in a sentence: "4 digits, 98 % sure that all are right; 1 mark."
 * @param {Reading} reading
 */
export function summary({ digits, marks, rejected, confidence, notes }) {
  if (digits.length + marks.length + rejected.length === 0) {
    return notes.length === 0 ? "No ink was found in it." : ""; // a note says why
  }
  const sure = percent(confidence, 0);
  const found = {
    0: "No digit",
    1: `1 digit, ${sure} sure`,
  }[digits.length];
  return `${[
    found ?? `${digits.length} digits, ${sure} sure that all are right`,
    ...(marks.length === 0 ? [] : [several(marks.length, "mark")]),
    ...(rejected.length === 0
      ? []
      : [`${several(rejected.length, "piece")} of ink that ${isnt(rejected)} read`]),
  ].join("; ")}.`;
}

/**
 * The text as it is said aloud: digit by digit, line by line.
 * @param {string} text
 */
export function spoken(text) {
  return text
    .split("\n")
    .map((line) => [...line].map((sign) => (sign === " " ? "gap" : sign)).join(" "))
    .join(", next line: ");
}

/**
 * The digits of each line.
 * @param {Reading} reading
 * @returns {Digit[][]}
 */
export function byLine({ lines, digits }) {
  let first = 0;
  return lines.map((line) => digits.slice(first, (first += line.digits)));
}

/**
 * What else a digit could be, the likeliest first; at most so many, and none that is all but impossible.
 * @param {Digit} digit
 * @param {number} [most]
 * @returns {[string, number][]} names and probabilities
 */
export function alternatives({ value, probabilities }, most = 3) {
  return Object.entries(probabilities)
    .filter(([name, share]) => name !== value && share >= 0.0005)
    .sort(([, a], [, b]) => b - a)
    .slice(0, most);
}

/** A class by its name on the page. @param {string} name */
export const named = (name) => (name === NONE ? "no digit" : name);

/**
 * What came of a correction.
 * @param {Lesson} lesson
 * @param {string} label
 */
export function lesson({ read, corrections, validation: [before, after] }, label) {
  const what = label === NONE ? "It isn't taken for a digit any more" : `It is read as ${label} now`;
  const still = "It is kept, but isn't read so yet: the digits of others would suffer";
  const rest = `of MNIST's digits ${percent(before)} were read right before, ${percent(after)} are now`;
  return `${read ? what : still}; ${rest}. ${several(corrections, "correction")} kept.`;
}

/**
 * That what was said of a picture is kept, also where it can't be seen any more.
 * @param {number} count  corrections
 * @param {boolean} cutAnew  whether the ink of one of them isn't among what was found now
 */
export function kept(count, cutAnew) {
  if (count === 0) return "";
  const said = `${several(count, "correction")} of this picture ${count === 1 ? "is" : "are"} kept.`;
  return cutAnew ? `${said} The picture is cut into other digits now: look whether they are right.` : said;
}

/**
 * A message as a sentence: a capital at its beginning, a full stop at its end.
 * @param {string} message
 */
export function sentence(message) {
  if (message === "") return "";
  return `${message.slice(0, 1).toUpperCase()}${message.slice(1)}.`.replace(/([.?!])\.$/, "$1");
}
