// A lesson's moments: where their links lead, and which of them the page shows. No DOM.

/** @import {View} from "#app/app/view.js" */
/** @import {Address} from "#app/look/address.js" */
/** @import {Lesson} from "#app/source/lesson.js" */

import { readAddress } from "#app/look/address.js";

/**
 * @typedef {object} Stop
 * @property {string} label
 * @property {string} text
 * @property {string | null} href  null where its recording isn't here
 * @property {string} missing  that recording, or ""
 * @property {Address} wish
 */

/**
 * A lesson's moments as stops on a way through them.
 * @param {Lesson["moments"]} moments
 * @param {string} run  that is shown
 * @param {string[]} runs  that are here
 * @param {string[]} rooms  names of those that there are
 * @returns {Stop[]}
 */
export function stopsOf(moments, run, runs, rooms) {
  return moments.map(({ label, address, text }) => {
    const wish = readAddress(address, rooms);
    const missing = wish.run === undefined || runs.includes(wish.run) ? "" : wish.run;
    // Where there are several recordings a link that is copied must say which.
    const named = wish.run === undefined && runs.length > 1;
    const href = named ? `#run=${encodeURIComponent(run)}&${address.slice(1)}` : address;
    return { label, text, href: missing ? null : href, missing, wish };
  });
}

/** @param {number} count */
export function momentsWords(count) {
  return `${count} ${count === 1 ? "moment" : "moments"}`;
}

/**
 * Whether the page shows a moment: its frame, and all else that its address asks for. A room's own state may
 * have moved on.
 * @param {Address} wish
 * @param {Pick<View, "run" | "wanted" | "show" | "rooms" | "input">} view
 */
export function shows(
  { run: id, step, digit, show, rooms },
  { run, wanted, show: shown, rooms: open, input },
) {
  if (id !== undefined && id !== run.id) return false;
  const { from } = input;
  const there =
    digit === undefined || (from.kind === "digit" && from.set === digit.set && from.index === digit.index);
  const last = run.steps[run.steps.length - 1];
  return (
    there &&
    run.nearest(wanted) === run.nearest(step ?? last) &&
    shown === (show ?? "values") &&
    Object.keys(rooms ?? {}).every((name) => name in open)
  );
}

/**
 * The stop that the page shows: of several the one that was chosen last, else the one that asks for most.
 * @param {Stop[]} stops
 * @param {Parameters<typeof shows>[1]} view
 * @param {number} before  the one that was chosen last
 * @returns {number} its place; -1 where it shows none
 */
export function stopAt(stops, view, before) {
  if (stops[before] !== undefined && shows(stops[before].wish, view)) return before;
  let [at, most] = [-1, -1];
  stops.forEach(({ wish }, place) => {
    const asked = Object.keys(wish).length;
    if (asked > most && shows(wish, view)) [at, most] = [place, asked];
  });
  return at;
}
