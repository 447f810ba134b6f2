// The state in the page's address, read when it opens or is changed, and kept up to date.

/** @import {Model} from "#app/app/model.js" */
/** @import {Input, View} from "#app/app/view.js" */
/** @import {Address} from "#app/look/address.js" */
/** @import {Run} from "#app/source/run.js" */

import { FileError } from "#app/errors.js";
import { DOORS } from "#app/widgets/doors.js";
import { readAddress, writeAddress } from "#app/look/address.js";
import { size } from "#app/net/shapes.js";
import { pixelsOfDigit, pixelsOfStrokes } from "#app/reading/input.js";

/** The rooms that an address can open. */
export const ROOMS = DOORS.map(({ name }) => name);

// Browsers refuse more than some hundred changes of the address in half a minute.
const BETWEEN = 400; // milliseconds from one to the next

/**
 * The input that an address names, else the recording's first item, else an empty drawing.
 * @param {Run} run
 * @param {Address} address
 * @returns {Promise<Input>}
 */
export async function firstInput(run, { ink, digit }) {
  if (ink !== undefined) return pixelsOfStrokes(ink, run.graph);
  const wanted = digit ?? run.about.first;
  return wanted === null ? pixelsOfStrokes([], run.graph) : item(run, wanted.set, wanted.index);
}

/**
 * @param {Run} run
 * @param {string} set
 * @param {number} index
 */
async function item(run, set, index) {
  const position = await run.position(set, index);
  if (position === undefined) {
    const held = run.about.sets.find(({ name }) => name === set)?.held;
    throw new FileError(`${set} item ${index} isn't among the ${held} of them that this page holds`);
  }
  return pixelsOfDigit(run, set, position);
}

/**
 * Keeps the model and the page's address alike.
 * @param {Model} model
 * @param {Address} address  as it was when the page opened
 * @param {boolean} many  whether the recording must be named
 * @param {(error: unknown) => void} fault  null: there is none any more
 */
export function keepAddress(model, address, many, fault) {
  apply(model, address);
  /** The address when the model last followed it or it the model. */
  let known = location.href;
  window.addEventListener("hashchange", async ({ newURL }) => {
    known = location.href;
    // Not what stands there now: between a change and its event the page may have written its own.
    const { hash } = new URL(newURL);
    const wished = readAddress(hash, ROOMS);
    if (hash !== "" && Object.keys(wished).length === 0) return; // a place on the page
    fault(null); // what was wrong with the moment before
    try {
      if (wished.run !== undefined && wished.run !== model.view.run.id) {
        history.replaceState(null, "", newURL);
        location.reload();
        return;
      }
      const before = model.view.input;
      const input = wished.ink || wished.digit ? await firstInput(model.view.run, wished) : before;
      if (model.view.input !== before) return; // something else was drawn or chosen meanwhile
      if (input !== before) model.actions.take(input);
      apply(model, wished);
    } catch (error) {
      fault(error);
    }
  });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  model.listen((view) => {
    timer ??= setTimeout(() => {
      timer = undefined;
      // Another one whose event is still to come isn't written over: the way forward would lead to the same.
      if (location.href !== known) return;
      const address = writeAddress(described(view, many));
      history.replaceState(null, "", address || location.pathname + location.search);
      known = location.href;
    }, BETWEEN);
  });
}

/**
 * @param {Model} model
 * @param {Address} address
 */
function apply(model, { step, unit, show, axis, rooms }) {
  const { view, actions } = model;
  const { graph, steps } = view.run;
  actions.scrub(step ?? steps[steps.length - 1]);
  actions.show(show ?? "values");
  actions.axis(axis ?? "frames");
  const shape = unit && graph.shapes.get(unit.stage);
  actions.pin(unit && shape && unit.index < size(shape) ? unit : null);
  model.change({ rooms: rooms ?? {} });
}

/**
 * What is asked for, as an address: its weights may still be on their way.
 * @param {View} view
 * @param {boolean} many  whether the recording must be named
 * @returns {Address}
 */
export function described({ run, wanted, input: { from }, unit, pinned, show, axis, rooms }, many) {
  const step = run.nearest(wanted);
  const atEnd = step === run.steps[run.steps.length - 1];
  return {
    run: many ? run.id : undefined,
    step: atEnd ? undefined : step,
    digit: from.kind === "digit" ? { set: from.set, index: from.index } : undefined,
    ink: from.kind === "drawing" ? from.strokes : undefined,
    unit: pinned && unit !== null ? unit : undefined,
    show,
    axis,
    rooms,
  };
}
