// run.json: all that the page knows of a recording before any weights.

import { FileError } from "#app/errors.js";
import {
  anything,
  byName,
  count,
  flag,
  having,
  listOf,
  number,
  oneOf,
  orNull,
  pair,
  positive,
  text,
} from "#app/source/checks.js";

/**
 * A scoring of a set during the training.
 * @typedef {object} Evaluation
 * @property {number} step
 * @property {string} set
 * @property {number} n
 * @property {number | null} loss  nats; null where it was none
 * @property {number | null} accuracy  0…1
 * @property {Record<string, number | null>} gradient_norm  by tensor
 * @property {Record<string, number | null>} update_ratio  by tensor
 */

/** @typedef {{name: string, n: number, held: number}} DataSet  its size, and how many the page can get */

/**
 * What was trained, how, and how it went.
 * @typedef {object} About
 * @property {string} name  the folder's
 * @property {"running" | "interrupted" | "finished" | "failed"} status
 * @property {string} created  ISO 8601
 * @property {string} handlens  the version that made it, or ""
 * @property {Record<string, any> | null} recipe
 * @property {{recording: string, step: number} | null} origin  the frame that it began from
 * @property {Record<string, any> | null} result  as in recording.json
 * @property {number | null} accuracy  0…1
 * @property {string | null} accuracy_set
 * @property {string | null} watched
 * @property {string} data  the set's name
 * @property {string} things  what its items are called: digits, items
 * @property {unknown} graph  see `Run.graph`
 * @property {number[]} frames  their steps, ascending
 * @property {boolean} rounded  whether frames between the first and the last are in half precision
 * @property {number} total  the last step known of
 * @property {{steps: number[], values: (number | null)[]}} losses  thinned
 * @property {Evaluation[]} evaluations
 * @property {[number, number][]} epochs  the last step of each epoch, and its number
 * @property {{step: number, text: string}[]} notes
 * @property {{step: number, field: string, value: any}[]} changes  while it was being trained
 * @property {DataSet[]} sets
 * @property {{set: string, index: number} | null} first  the item shown at first
 * @property {string | null} missing  why there are no sets, where there should be some
 * @property {{stages: Record<string, number>, tensors: Record<string, number>}} ranges  colours' limits
 * @property {boolean} lesson  whether something is asked about it: lesson.json
 * @property {boolean} ink  whether a drawing is framed as MNIST's digits were
 * @property {RoomFacts | null} rooms  null where there is nothing to look at
 */

/**
 * What there is for the rooms; a room's own fields stand beside these.
 * @typedef {object} RoomFacts
 * @property {string} set  that they look at
 * @property {string[]} parts  how the keys of their resources begin
 * @property {Record<string, number>} slow  parts that are computed when they are asked for: about how many seconds
 * @property {Record<string, string>} missing  parts that can't be computed here, and why
 * @property {string} said  what must be said of the set, or ""
 * @property {number[]} doubtful  items of the set, by index, whose label is known to be wrong
 * @property {unknown} [filters]  see look/filters/layers.js
 */

const perTensor = byName(orNull(number));

const FIELDS = having({
  name: text,
  status: oneOf("running", "interrupted", "finished", "failed"),
  created: text,
  handlens: text,
  recipe: orNull(byName(anything)),
  origin: orNull(having({ recording: text, step: count })),
  result: orNull(byName(anything)),
  accuracy: orNull(number),
  accuracy_set: orNull(text),
  watched: orNull(text),
  data: text,
  things: text,
  graph: anything, // Graph checks it
  frames: listOf(count),
  rounded: flag,
  total: count,
  losses: having({ steps: listOf(count), values: listOf(orNull(number)) }),
  evaluations: listOf(
    having({
      step: count,
      set: text,
      n: count,
      loss: orNull(number),
      accuracy: orNull(number),
      gradient_norm: perTensor,
      update_ratio: perTensor,
    }),
  ),
  epochs: listOf(pair),
  notes: listOf(having({ step: count, text })),
  changes: listOf(having({ step: count, field: text, value: anything })),
  sets: listOf(having({ name: text, n: count, held: count })),
  first: orNull(having({ set: text, index: count })),
  missing: orNull(text),
  ranges: having({ stages: byName(positive), tensors: byName(positive) }),
  lesson: flag,
  ink: flag,
  rooms: orNull(
    having({
      set: text,
      parts: listOf(text),
      slow: byName(count),
      missing: byName(text),
      said: text,
      doubtful: listOf(count),
    }),
  ),
});

/**
 * @param {Uint8Array} bytes  of run.json
 * @param {string} where  for the message
 * @returns {About}
 */
export function readAbout(bytes, where) {
  let about;
  try {
    about = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new FileError(`${where} is no JSON; it wasn't received whole, or something else was`);
  }
  FIELDS(about, where);
  checkOrder(about.frames, where);
  const { steps, values } = about.losses;
  if (steps.length !== values.length) {
    throw new FileError(`${where}.losses: ${steps.length} steps, but ${values.length} values`);
  }
  return about;
}

/**
 * @param {number[]} frames
 * @param {string} where
 */
function checkOrder(frames, where) {
  if (frames.length === 0) throw new FileError(`${where}.frames: a recording has at least one`);
  const at = frames.findIndex((step, i) => i > 0 && step <= frames[i - 1]);
  if (at > 0) throw new FileError(`${where}.frames: step ${frames[at]} comes after ${frames[at - 1]}`);
}
