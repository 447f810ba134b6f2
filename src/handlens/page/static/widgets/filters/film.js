// One unit's weights through the training: a column a frame, a row a channel, and where the page stands.

/** @import {View} from "#app/app/view.js" */
/** @import {Layer} from "#app/look/filters/layers.js" */

import { paint } from "#app/look/colours.js";
import { byStrength, columnsOf, kernelOf, layFilm, limitOf, nearest } from "#app/look/filters/kernels.js";
import { channelName, rowsWords, unitName } from "#app/look/filters/words.js";
import { h, write } from "#app/widgets/dom.js";
import { counted } from "#app/widgets/words.js";

const ROWS = 8;
const FEW = 2; // rows
// CSS pixels that a column is wide at least and at most, with its gap: where rows are few, and else.
const LARGE = [40, 60];
const SMALL = [17, 30];
const GAP = 2;
const LABEL = 76; // CSS pixels that a step's name is wide

export class Film {
  #title = h("h3", {});
  #names = h("div", { class: "filters-rows", "aria-hidden": "true" });
  #canvas = h("canvas", { role: "slider", tabindex: "0", "aria-valuemin": "0" });
  #head = h("i", { class: "filters-playhead", "aria-hidden": "true" });
  #holder = h("div", { class: "filters-reel" }, this.#canvas, this.#head);
  #ends = [h("span", {}), h("span", { class: "filters-now" }), h("span", {})];
  element = h(
    "section",
    { class: "filters-film" },
    this.#title,
    h(
      "div",
      { class: "filters-strip" },
      this.#names,
      this.#holder,
      h("div", { class: "filters-steps number", "aria-hidden": "true" }, ...this.#ends),
    ),
  );
  #resized = new ResizeObserver(([entry]) => this.#resize(entry.contentRect.width));
  #width = 0;
  /** @type {number[]} the steps of the columns */
  #columns = [];
  /** @type {number[]} the channels of the rows */
  #channels = [];
  #limit = 1; // of the colours
  /** What the layout belongs to. @type {unknown[]} */
  #arranged = [];
  /** @type {unknown[]} */
  #painted = [];
  #at = -1;
  #step = NaN;
  /** CSS pixels from column to column, and the sides of one. */
  #pitch = 1;
  #cell = { width: 1, height: 1 };
  #values = new Float32Array(0);
  #image = new ImageData(1, 1);
  #sheet = h("canvas", {});
  /** @type {View | undefined} */
  #view;
  #onResize;
  #scrub;

  /**
   * @param {(step: number) => void} scrub
   * @param {() => void} onResize
   */
  constructor(scrub, onResize) {
    this.#scrub = scrub;
    this.#onResize = onResize;
    this.#resized.observe(this.#holder);
    this.#canvas.addEventListener("pointerdown", (event) => {
      this.#canvas.setPointerCapture(event.pointerId);
      this.#point(event);
    });
    this.#canvas.addEventListener("pointermove", (event) => event.buttons & 1 && this.#point(event));
    this.#canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  /**
   * @param {View} view
   * @param {Layer} layer
   * @param {number} unit
   */
  update(view, layer, unit) {
    this.#view = view;
    if (this.#width === 0) return; // not laid out yet
    const { run, step, tables } = view;
    const last = run.weights(run.steps[run.steps.length - 1]);
    const arranged = [layer, unit, run.steps, this.#width, last];
    if (arranged.some((part, i) => part !== this.#arranged[i])) this.#arrange(view, layer, unit);
    this.#arranged = arranged;
    let here = 0;
    for (const column of this.#columns) if (run.weights(column) !== undefined) here++;
    const painted = [...arranged, tables, here];
    if (painted.some((part, i) => part !== this.#painted[i])) this.#paint(view, layer, unit);
    this.#painted = painted;
    const at = nearest(this.#columns, step);
    if (at !== this.#at || step !== this.#step) this.#stand(at, step);
  }

  /**
   * @param {View} view
   * @param {Layer} layer
   * @param {number} unit
   */
  #arrange({ run, step }, layer, unit) {
    const { channels, height, width } = layer;
    const [least, most] = channels > FEW ? SMALL : LARGE;
    this.#columns = columnsOf(run.steps, Math.max(2, Math.floor(this.#width / least)));
    const count = this.#columns.length;
    const ratio = window.devicePixelRatio || 1;
    const room = Math.min(this.#width / count, most) - GAP;
    const whole = Math.floor((room * ratio) / width) / ratio; // device pixels to a weight, all alike
    const scale = whole > 0 ? whole : room / width;
    this.#cell = { width: width * scale, height: height * scale };
    this.#pitch = Math.min(this.#width / count, most);
    const last = run.weights(run.steps[run.steps.length - 1]) ?? run.weights(step);
    const order = last === undefined ? [] : byStrength(kernelOf(last, layer, unit), layer);
    this.#channels = order.slice(0, ROWS);
    this.#limit = last === undefined ? 1 : limitOf(kernelOf(last, layer, unit));
    this.#lay(count * width, this.#channels.length * height);
    this.#name(run.graph, layer, unit);
    this.#at = -1;
  }

  /**
   * Room for the numbers, and for their picture.
   * @param {number} across
   * @param {number} down
   */
  #lay(across, down) {
    if (this.#values.length !== across * down || this.#image.width !== across) {
      this.#values = new Float32Array(across * down);
      this.#image = new ImageData(Math.max(across, 1), Math.max(down, 1));
    }
    this.#sheet.width = this.#image.width;
    this.#sheet.height = this.#image.height;
    const ratio = window.devicePixelRatio || 1;
    const [rows, columns] = [this.#channels.length, this.#columns.length];
    const size = [columns * this.#pitch - GAP, rows * (this.#cell.height + GAP) - GAP];
    [this.#canvas.width, this.#canvas.height] = size.map((side) => Math.max(1, Math.round(side * ratio)));
    [this.#canvas.style.width, this.#canvas.style.height] = size.map((side) => `${side}px`);
    this.#head.style.width = `${this.#cell.width}px`;
    this.#names.style.setProperty("--row", `${this.#cell.height + GAP}px`);
  }

  /**
   * @param {import("#app/net/graph.js").Graph} graph
   * @param {Layer} layer
   * @param {number} unit
   */
  #name(graph, layer, unit) {
    const names = this.#channels.map((channel) => channelName(graph, layer, channel));
    while (this.#names.childElementCount < names.length) this.#names.append(h("span", {}));
    [...this.#names.children].forEach((name, row) => {
      /** @type {HTMLElement} */ (name).hidden = row >= names.length;
      write(name, names[row] ?? "");
    });
    write(this.#title, rowsWords(graph, layer, names.length));
    this.#canvas.setAttribute(
      "aria-label",
      `The weights of ${unitName(graph, layer, unit)} through the training`,
    );
    this.#canvas.setAttribute("aria-valuemax", String(this.#columns.length - 1));
    write(this.#ends[0], `step ${counted(this.#columns[0])}`);
    write(this.#ends[2], counted(this.#columns[this.#columns.length - 1]));
    this.#ends[2].style.transform = `translateX(${this.#columns.length * this.#pitch - GAP}px) translateX(-100%)`;
  }

  /**
   * @param {View} view
   * @param {Layer} layer
   * @param {number} unit
   */
  #paint({ run, tables }, layer, unit) {
    const weights = this.#columns.map((step) => run.weights(step));
    const kernels = weights.map((frame) => frame && kernelOf(frame, layer, unit));
    layFilm(kernels, this.#channels, layer, this.#values);
    paint(this.#values, this.#limit, tables.diverging, new Uint32Array(this.#image.data.buffer));
    this.#sheet.getContext("2d")?.putImageData(this.#image, 0, 0);
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.imageSmoothingEnabled = false;
    const ratio = window.devicePixelRatio || 1;
    const { width, height } = layer;
    const [across, down] = [Math.round(this.#cell.width * ratio), Math.round(this.#cell.height * ratio)];
    kernels.forEach((kernel, column) => {
      if (kernel === undefined) return; // it is on its way
      const x = Math.round(column * this.#pitch * ratio);
      this.#channels.forEach((_, row) => {
        const y = Math.round(row * (this.#cell.height + GAP) * ratio);
        context.drawImage(this.#sheet, column * width, row * height, width, height, x, y, across, down);
      });
    });
  }

  /**
   * @param {number} at  the column
   * @param {number} step  that it stands for
   */
  #stand(at, step) {
    this.#at = at;
    this.#step = step;
    const name = `step ${counted(step)}`;
    this.#head.style.transform = `translateX(${at * this.#pitch}px)`;
    const middle = at * this.#pitch + this.#cell.width / 2;
    const inside = Math.min(Math.max(middle, LABEL / 2), this.#width - LABEL / 2);
    const [first, now, last] = this.#ends;
    now.style.transform = `translateX(${inside}px) translateX(-50%)`;
    write(now, name);
    first.hidden = inside < 1.6 * LABEL;
    last.hidden = inside > this.#columns.length * this.#pitch - 1.6 * LABEL;
    this.#canvas.setAttribute("aria-valuenow", String(at));
    this.#canvas.setAttribute("aria-valuetext", name);
  }

  /** @param {number} width */
  #resize(width) {
    if (width === this.#width || width === 0) return;
    this.#width = width;
    this.#onResize();
  }

  /** @param {PointerEvent} event */
  #point({ offsetX }) {
    this.#go(Math.floor(offsetX / this.#pitch));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, number>} */
    const moves = {
      ArrowLeft: this.#at - 1,
      ArrowRight: this.#at + 1,
      Home: 0,
      End: this.#columns.length - 1,
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    this.#go(moves[event.key]);
  }

  /** @param {number} column */
  #go(column) {
    if (this.#view === undefined || this.#columns.length === 0) return;
    this.#scrub(this.#columns[Math.min(Math.max(column, 0), this.#columns.length - 1)]);
  }
}
