// A reading as a person has put it right: what they say of a digit stands, whatever the network makes of it.

/** @import {Digit, Reading, Rejected} from "#app/read/types.js" */

import { NONE, byLine } from "#app/read/words.js";

/**
 * A reading with what was said of it. Ink that still isn't read has no place in the text: there a label
 * changes nothing.
 * @param {Reading} reading
 * @param {ReadonlyMap<string, string>} labels  by frame: a digit, or "none"
 * @returns {Reading}
 */
export function corrected(reading, labels) {
  if (labels.size === 0) return reading;
  /** @type {Rejected[]} */
  const refused = [];
  const lines = byLine(reading).map((found, i) => {
    const { box, text, complete } = reading.lines[i];
    const said = found.map((digit) => put(digit, labels));
    found.forEach(({ box, frame }, k) => said[k] || refused.push({ ...SAID_NONE, box, frame }));
    return { box, complete, text: rewritten(text, said), digits: said.filter((digit) => digit !== null) };
  });
  const kept = lines.filter(({ digits }) => digits.length > 0);
  const digits = kept.flatMap((line) => line.digits);
  return {
    ...reading,
    text: kept.map(({ text }) => text).join("\n"),
    confidence:
      product(kept.map(({ complete }) => complete)) * product(digits.map(({ confidence }) => confidence)),
    lines: kept.map((line) => ({ ...line, digits: line.digits.length })),
    digits,
    rejected: [...reading.rejected, ...refused],
  };
}

/** @param {number[]} factors */
const product = (factors) => factors.reduce((sofar, factor) => sofar * factor, 1);

const SAID_NONE = { reason: "you said that it is no digit", guess: null };

/**
 * A digit as it was put right, which is certain; null where it is none.
 * @param {Digit} digit
 * @param {ReadonlyMap<string, string>} labels
 * @returns {Digit | null}
 */
function put(digit, labels) {
  const label = digit.frame === null ? undefined : labels.get(digit.frame);
  if (label === undefined) return digit;
  return label === NONE ? null : { ...digit, value: label, confidence: 1, corrected: true };
}

/**
 * A line's text with other digits; where one is none, there is a gap.
 * @param {string} text
 * @param {(Digit | null)[]} digits
 */
function rewritten(text, digits) {
  let place = 0;
  return text
    .replace(/\d/g, () => digits[place++]?.value ?? " ")
    .replace(/ +/g, " ")
    .trim();
}
