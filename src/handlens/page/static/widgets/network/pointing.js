// Mouse, pen, finger and keys over the maps: which number is meant.

/** @import {Actions, Unit, View} from "#app/app/view.js" */
/** @import {Form} from "#app/widgets/network/form.js" */
/** @import {StageRow} from "#app/widgets/network/stage.js" */

import { within } from "#app/widgets/network/tiles.js";

export class Pointing {
  /** The unit that keys have led to, until a pointer leads elsewhere. @type {Unit | null} */
  spoken = null;
  #actions;
  /** @type {View | undefined} */
  view;

  /** @param {Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  /** @param {StageRow} row */
  listen(row) {
    const { canvas } = row;
    canvas.addEventListener("pointermove", (event) => this.#focus(unitAt(row, event)));
    canvas.addEventListener("pointerleave", () => this.#focus(null));
    canvas.addEventListener("click", (event) => this.#pin(unitAt(row, event)));
    canvas.addEventListener("keydown", (event) => this.#key(row, event));
    canvas.addEventListener("focus", () => {
      if (canvas.matches(":focus-visible")) this.#speak(this.#cursor(row));
    });
    canvas.addEventListener("blur", () => this.#focus(null));
  }

  /** @param {Unit | null} unit */
  #focus(unit) {
    this.spoken = null;
    if (!same(unit, this.view?.unit ?? null)) this.#actions.focus(unit);
  }

  /** @param {Unit | null} unit  the pinned one again sets it free */
  #pin(unit) {
    const again = this.view?.pinned === true && same(unit, this.view.unit);
    this.#actions.pin(again ? null : unit);
  }

  /** @param {Unit} unit */
  #speak(unit) {
    this.spoken = unit;
    if (this.view?.pinned) this.#actions.pin(unit);
    else this.#actions.focus(unit);
  }

  /**
   * The number that keys move from.
   * @param {StageRow} row
   * @returns {Unit}
   */
  #cursor({ stage, form }) {
    const unit = this.spoken ?? this.view?.unit;
    if (unit?.stage === stage) return unit;
    return { stage, index: Math.floor(form.height / 2) * form.width + Math.floor(form.width / 2) };
  }

  /**
   * @param {StageRow} row
   * @param {KeyboardEvent} event
   */
  #key(row, event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const cursor = this.#cursor(row);
    const index = moved(row.form, row.tiles.shown, cursor.index, event.key);
    if (index !== undefined) this.#speak({ stage: row.stage, index });
    else if (event.key === "Enter" || event.key === " ") this.#pin(cursor);
    else if (event.key === "Escape") this.#actions.pin(null);
    else return;
    event.preventDefault();
  }
}

/**
 * @param {StageRow} row
 * @param {{offsetX: number, offsetY: number}} event
 * @returns {Unit | null}
 */
function unitAt({ stage, tiles }, { offsetX, offsetY }) {
  const index = tiles.at(offsetX, offsetY);
  return index < 0 ? null : { stage, index };
}

/**
 * @param {Unit | null} one
 * @param {Unit | null} other
 */
export function same(one, other) {
  if (one === null || other === null) return one === other;
  return one.stage === other.stage && one.index === other.index;
}

/**
 * Where a key leads from a number: within its map, or to the same place of another map. Single numbers are a
 * row: left and right go through it.
 * @param {Form} form
 * @param {number} maps  shown
 * @param {number} index
 * @param {string} key
 * @returns {number | undefined} undefined for any other key
 */
export function moved({ height, width }, maps, index, key) {
  const area = height * width;
  const map = Math.floor(index / area);
  const row = Math.floor((index - map * area) / width);
  const column = index - map * area - row * width;
  const to = (/** @type {number} */ m, /** @type {number} */ y, /** @type {number} */ x) =>
    within(m, maps) * area + within(y, height) * width + within(x, width);
  const single = area === 1;
  switch (key) {
    case "ArrowLeft":
      return single ? to(map - 1, 0, 0) : to(map, row, column - 1);
    case "ArrowRight":
      return single ? to(map + 1, 0, 0) : to(map, row, column + 1);
    case "ArrowUp":
      return to(map, row - 1, column);
    case "ArrowDown":
      return to(map, row + 1, column);
    case "Home":
      return single ? 0 : to(map, row, 0);
    case "End":
      return single ? maps - 1 : to(map, row, width - 1);
    case "PageUp":
    case "[":
      return to(map - 1, row, column);
    case "PageDown":
    case "]":
      return to(map + 1, row, column);
    default:
      return undefined;
  }
}
