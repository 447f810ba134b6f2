// lesson.json: what is asked about a recording.

import { FileError } from "#app/errors.js";
import { having, listOf, text } from "#app/source/checks.js";

/** @typedef {{label: string, address: string, text: string}} Moment  its address from the "#" on */

/**
 * A question, and the moments at which to look. All of it is text.
 * @typedef {object} Lesson
 * @property {string} title
 * @property {string[]} text  paragraphs
 * @property {Moment[]} moments
 * @property {string} heading  of the answer; "" where there is none
 * @property {string[]} answer  paragraphs
 */

const FIELDS = having({
  title: text,
  text: listOf(text),
  moments: listOf(having({ label: text, address: text, text })),
  heading: text,
  answer: listOf(text),
});

/**
 * @param {Uint8Array} bytes
 * @param {string} where  for the message
 * @returns {Lesson}
 */
export function readLesson(bytes, where) {
  const lesson = JSON.parse(new TextDecoder().decode(bytes));
  FIELDS(lesson, where);
  // It becomes a link: nothing but a place on this page may stand there.
  const stray = lesson.moments.find((/** @type {Moment} */ { address }) => !address.startsWith("#"));
  if (stray !== undefined) throw new FileError(`${where}: '${stray.address}' is no moment of this page`);
  return lesson;
}
