// What POST /v1/read answers, with frames=true; src/handlens/serve/schemas.py says what each field means.

/** Top, left, bottom, right. @typedef {[number, number, number, number]} Box */

/**
 * @typedef {object} Digit
 * @property {string} value
 * @property {number} confidence
 * @property {Record<string, number>} probabilities
 * @property {Box} box
 * @property {string | null} frame
 * @property {boolean} [corrected]  whether a person said that it is this; the server doesn't
 */

/**
 * @typedef {object} Rejected
 * @property {string} reason
 * @property {Box} box
 * @property {{value: string, confidence: number} | null} guess
 * @property {string | null} frame
 */

/**
 * @typedef {object} Reading
 * @property {string} text
 * @property {number} confidence
 * @property {string} mode
 * @property {[number, number]} size
 * @property {{text: string, digits: number, complete: number, box: Box}[]} lines
 * @property {Digit[]} digits
 * @property {{kind: string, box: Box}[]} marks
 * @property {Rejected[]} rejected
 * @property {string[]} notes
 */

/**
 * Something found in the picture that can be pointed at: a digit, or ink that is none.
 * @typedef {{kind: "digit", number: number, digit: Digit} | {kind: "rejected", number: number, ink: Rejected}} Found
 */

/**
 * What POST /v1/teach answers.
 * @typedef {object} Lesson
 * @property {boolean} read  whether the correction is read right now
 * @property {number} corrections
 * @property {[number, number]} validation  before and after
 */

export {};
