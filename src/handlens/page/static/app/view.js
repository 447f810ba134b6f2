// What widgets are shown, and what they may ask for. Types only.

/** @import {Run} from "#app/source/run.js" */
/** @import {Outcomes} from "#app/look/outcomes.js" */
/** @import {Network} from "#app/net/network.js" */
/** @import {Frame} from "#app/reading/frame.js" */
/** @import {Ink} from "#app/reading/picture.js" */
/** @import {AxisKind} from "#app/look/axis.js" */
/** @import {Tables} from "#app/look/colours.js" */

/**
 * One number in the network: a place in what a stage gives, row by row.
 * @typedef {{stage: string, index: number}} Unit
 */

/** @typedef {"values" | "gradients"} Show */

/** @typedef {[number, number][]} Stroke  points x, y in 0…1 of the pad */

/**
 * Where an input comes from.
 * @typedef {{kind: "digit", set: string, index: number, position: number}
 *   | {kind: "drawing", strokes: Stroke[]}
 *   | {kind: "picture", name: string}} Origin
 */

/**
 * What the network is given.
 * @typedef {object} Input
 * @property {Float32Array} pixels  [channels, height, width] row by row, 0…1
 * @property {number | null} label  its class, where that is known
 * @property {Origin} from
 * @property {Frame | null} frame  how ink was framed
 * @property {Ink | null} source  the ink that was framed
 */

/**
 * All that the page shows. One object for the whole session, changed in place; every widget compares what it
 * showed last.
 * @typedef {object} View
 * @property {Run} run
 * @property {number} wanted  the step on the timeline, with or without a frame
 * @property {number} step  the frame whose weights the values belong to
 * @property {Network} network  holds every stage's value for the input at that step
 * @property {number} computed  counts the forward passes; another number means other values
 * @property {Input} input
 * @property {Float32Array} logits
 * @property {Float32Array} probabilities
 * @property {Strip} strip
 * @property {Unit | null} unit  pointed at, or pinned
 * @property {boolean} pinned
 * @property {Show} show
 * @property {number} label  the class that gradients are taken for
 * @property {boolean} playing
 * @property {number} speed  frames a second
 * @property {AxisKind} axis
 * @property {Tables} tables
 * @property {boolean} lost  whether the server, which tells how the recording grows, doesn't answer
 * @property {Record<string, string>} rooms  those that are open, and each one's own state, "" at first; another
 *   object after each change
 * @property {Outcomes | null} outcomes  of the rooms' set; of an earlier step while those of `step` are on
 *   their way, null before any came
 * @property {Chosen | null} chosen  what the rooms point out
 */

/**
 * Items of the rooms' set that were chosen in one of the rooms: a cell of the confusion, or some positions.
 * @typedef {{kind: "cell", label: number, guess: number}
 *   | {kind: "items", positions: Int32Array, from: "lasso" | "neighbours" | "bin" | "filter"}} Chosen
 */

/**
 * The answers to the present input, a frame each. While they are being computed anew, those of the input
 * before stand in their places.
 * @typedef {object} Strip
 * @property {Map<number, Float32Array>} answers  probabilities by step
 * @property {boolean} whole  whether every frame has answered to this input
 */

/**
 * What widgets can ask for.
 * @typedef {object} Actions
 * @property {(step: number) => void} scrub
 * @property {(count: number) => void} move  by frames, forward or back
 * @property {() => void} play
 * @property {() => void} pause
 * @property {(framesASecond: number) => void} speed
 * @property {(kind: AxisKind) => void} axis
 * @property {(input: Input) => void} take
 * @property {(unit: Unit | null) => void} focus
 * @property {(unit: Unit | null) => void} pin
 * @property {(show: Show) => void} show
 * @property {(label: number) => void} aim  the class that gradients are taken for
 * @property {(run: string, room?: string) => void} open  another recording; with a `room`, go on in that one with
 *   the same step, drawing and rooms
 * @property {() => void} follow  this recording as it grows: once more, since it goes on
 * @property {(name: string, state: string | null) => void} room  open it, change its state, or close it (null)
 * @property {(chosen: Chosen | null) => void} choose
 */

export {};
