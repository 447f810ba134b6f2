// The pad: drawing with mouse, pen, touch or keys; while nothing is drawn, it shows what is given instead.

/** @import {Input, Stroke} from "#app/app/view.js" */
/** @import {Shape} from "#app/net/types.js" */

import { BRUSH } from "#app/reading/strokes.js";
import { picture } from "#app/widgets/pixels.js";
import { h, sharp, write } from "#app/widgets/dom.js";

/** Points nearer than this share of the pad to the last one are left out: a hand at rest adds none. */
const NEAR = 1 / 300;

/** How far an arrow key moves the pen. */
const KEY_STEP = 1 / 28;

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Calls back with the strokes, once for all points of an event. */
export class Pad {
  /** @type {Stroke[]} */
  #strokes = [];
  /** What stood before each change. @type {Stroke[][]} */
  #history = [];
  /** Shown while there are no strokes. @type {CanvasImageSource | null} */
  #given = null;
  #smooth = false;
  /** The pointer that draws. @type {number | null} */
  #pointer = null;
  /** The keyboard's pen. */
  #pen = { at: /** @type {[number, number]} */ ([0.5, 0.2]), down: false, shown: false };
  #scheduled = false;
  #changed = false;
  #canvas;
  #hint = h("p", { class: "pad-hint", "aria-hidden": "true" });
  /** Other ways in; while keys draw, which keys: in one place, so that no button moves under a click. */
  note = h("p", { class: "pad-note quiet-text" });
  #undo = h("button", { type: "button", disabled: true, onclick: () => this.undo() }, "Undo");
  #clear = h("button", { type: "button", onclick: () => this.clear() }, "Clear");
  /** For those who don't see the pen. */
  #told = h("p", { class: "unseen", role: "status" });
  #onDraw;

  /** @param {(strokes: Stroke[]) => void} onDraw */
  constructor(onDraw) {
    this.#onDraw = onDraw;
    this.#canvas = h("canvas", {
      class: "pad",
      tabindex: 0,
      role: "application",
      "aria-label": "Drawing pad",
      "aria-describedby": "pad-keys",
      onpointerdown: (/** @type {PointerEvent} */ event) => this.#press(event),
      onpointermove: (/** @type {PointerEvent} */ event) => this.#move(event),
      onpointerup: (/** @type {PointerEvent} */ event) => this.#release(event),
      onpointercancel: (/** @type {PointerEvent} */ event) => this.#release(event),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      onfocus: () => this.#reveal(this.#canvas.matches(":focus-visible")),
      onblur: () => this.#reveal(false),
    });
    this.element = h("div", { class: "pad-frame" }, this.#canvas, this.#hint, this.#told);
    this.note.append(
      h("span", { class: "otherwise" }, "Or paste or drop one."),
      h("span", { class: "keys", id: "pad-keys" }, "Arrows move, Space: pen, Backspace: undo."),
    );
    this.buttons = [this.#undo, this.#clear];
    new ResizeObserver(() => this.#schedule()).observe(this.element);
  }

  /** Whether a stroke is being drawn at this moment. */
  get busy() {
    return this.#pointer !== null || this.#pen.down;
  }

  /**
   * Show an input that wasn't drawn here: its strokes, or what it is.
   * @param {Input} input
   * @param {Shape} shape  of its pixels
   * @param {string} hint
   */
  show(input, shape, hint) {
    const strokes = input.from.kind === "drawing" ? input.from.strokes : [];
    this.#strokes = strokes.map((stroke) => [...stroke]);
    this.#history = strokes.map((_, i) => strokes.slice(0, i));
    this.#given = picture(input, shape);
    this.#smooth = input.source !== null;
    write(this.#hint, hint);
    this.#schedule();
  }

  undo() {
    const before = this.#history.pop();
    if (before === undefined) return;
    this.#lift();
    this.#strokes = before;
    this.#change();
  }

  clear() {
    this.#lift();
    if (this.#strokes.length > 0) this.#history.push(this.#strokes);
    this.#strokes = [];
    this.#change();
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (this.#pointer !== null || event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#reveal(false);
    this.#pointer = event.pointerId;
    this.#begin(this.#place(event));
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (event.pointerId !== this.#pointer) return;
    const between = event.getCoalescedEvents?.() ?? [];
    for (const moved of between.length > 0 ? between : [event]) this.#extend(this.#place(moved));
  }

  /** @param {PointerEvent} event */
  #release(event) {
    if (event.pointerId === this.#pointer) this.#pointer = null;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow !== undefined) this.#steer(arrow);
    else if (event.key === " ") this.#toggle();
    else if (event.key === "Backspace") this.undo();
    else return;
    event.preventDefault();
    this.#reveal(true);
  }

  /** @param {[number, number]} arrow */
  #steer([dx, dy]) {
    const [x, y] = this.#pen.at;
    this.#pen.at = [within(x + dx * KEY_STEP), within(y + dy * KEY_STEP)];
    if (this.#pen.down) this.#extend(this.#pen.at);
  }

  #toggle() {
    this.#pen.down = !this.#pen.down;
    const [x, y] = this.#pen.at.map((place) => Math.round(place * 100));
    write(this.#told, this.#pen.down ? `Pen down, ${x} % across, ${y} % down.` : "Pen up.");
    if (this.#pen.down) this.#begin(this.#pen.at);
  }

  #lift() {
    this.#pen.down = false;
    this.#pointer = null;
  }

  /** Show the keyboard's pen, or put it away. @param {boolean} shown */
  #reveal(shown) {
    this.#pen.shown = shown;
    this.#pen.down &&= shown;
    this.note.classList.toggle("keyed", shown);
    this.#schedule();
  }

  /** @param {[number, number]} point */
  #begin(point) {
    this.#history.push(this.#strokes);
    this.#strokes = [...this.#strokes, [point]];
    this.#change();
  }

  /** @param {[number, number]} point */
  #extend(point) {
    const stroke = this.#strokes[this.#strokes.length - 1];
    const last = stroke[stroke.length - 1];
    if (Math.hypot(point[0] - last[0], point[1] - last[1]) < NEAR) return;
    stroke.push(point);
    this.#change();
  }

  /**
   * @param {PointerEvent} event
   * @returns {[number, number]}
   */
  #place(event) {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return [within((event.clientX - left) / width), within((event.clientY - top) / height)];
  }

  #change() {
    this.#given = null;
    this.#changed = true;
    this.#schedule();
  }

  #schedule() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Once for all points of an event, and before the next picture, not after it.
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#draw();
      if (this.#changed) this.#onDraw(this.#strokes);
      this.#changed = false;
    });
  }

  #draw() {
    this.#undo.disabled = this.#history.length === 0;
    this.#clear.disabled = this.#strokes.length === 0 && this.#given === null;
    this.#hint.hidden = this.#strokes.length > 0;
    if (this.#strokes.length === 0 && this.#given === null) write(this.#hint, "Draw here");
    const side = this.element.clientWidth;
    if (side === 0) return; // behind another tab
    const context = sharp(this.#canvas, side, side);
    context.fillStyle = "#000";
    context.fillRect(0, 0, side, side);
    if (this.#strokes.length > 0) drawStrokes(context, this.#strokes, side);
    else if (this.#given !== null) drawGiven(context, this.#given, side, this.#smooth);
    if (this.#pen.shown) drawPen(context, this.#pen, side);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Stroke[]} strokes
 * @param {number} side
 */
function drawStrokes(context, strokes, side) {
  context.strokeStyle = "#fff";
  context.lineWidth = BRUSH * side;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  for (const stroke of strokes) {
    const [[x, y], ...others] = stroke.map(([x, y]) => [x * side, y * side]);
    context.moveTo(x, y);
    context.lineTo(x, y); // or a dot would leave nothing
    for (const [x, y] of others) context.lineTo(x, y);
  }
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {CanvasImageSource} given
 * @param {number} side
 * @param {boolean} smooth
 */
function drawGiven(context, given, side, smooth) {
  const { width, height } = /** @type {HTMLCanvasElement} */ (given);
  const scale = side / Math.max(width, height);
  const [across, down] = [width * scale, height * scale];
  context.imageSmoothingEnabled = smooth;
  context.drawImage(given, (side - across) / 2, (side - down) / 2, across, down);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{at: [number, number], down: boolean}} pen
 * @param {number} side
 */
function drawPen(context, { at: [x, y], down }, side) {
  context.lineWidth = 2;
  for (const [radius, colour] of /** @type {const} */ ([
    [0, "#000"],
    [1.5, "#4da3ff"],
  ])) {
    context.strokeStyle = colour;
    context.setLineDash(down ? [] : [4, 3]);
    context.beginPath();
    context.arc(x * side, y * side, (BRUSH * side) / 2 + radius, 0, 2 * Math.PI);
    context.stroke();
  }
  context.setLineDash([]);
}

/** @param {number} place */
function within(place) {
  return Math.min(Math.max(place, 0), 1);
}
