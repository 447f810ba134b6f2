// The points of the cloud: which items they are, where they lie, and how each is painted.

/** @import {Film} from "#app/look/embedding/film.js" */
/** @import {Sprite} from "#app/look/embedding/sprites.js" */
/** @import {Triple} from "#app/look/oklab.js" */
/** @import {Outcomes} from "#app/look/outcomes.js" */
/** @import {Items, Run} from "#app/source/run.js" */

import { balanced, shuffled } from "#app/look/embedding/cast.js";
import { project, sunflower } from "#app/look/embedding/places.js";
import { disc, shrunk, sprite } from "#app/look/embedding/sprites.js";

const DIGIT = 14; // CSS pixels of a small digit
const [MANY, CROWDED] = [4000, 1.6]; // of so many dots each has this radius, in CSS pixels
const RADIUS = 2.3; // of fewer

/**
 * What decides who is on the stage and how they look; where one of them is another, all is made anew.
 * @typedef {object} Wanted
 * @property {Run} run
 * @property {string} set
 * @property {Items} items
 * @property {Film | null} film  for the t-SNE; null for the linear view
 * @property {boolean} digits
 * @property {number} most  digits that are drawn
 * @property {number} ratio  device pixels to a CSS pixel
 * @property {Triple[]} colours  of the classes
 * @property {Triple} paper
 */

export class Stage {
  /** Of each point. @type {Int32Array} */
  positions = new Int32Array(0);
  places = new Float32Array(0);
  /** @type {Sprite[]} */
  sprites = [];
  /** @type {Int32Array} */
  order = new Int32Array(0);
  /** Another one whenever there are other points. @type {unknown} */
  cast = null;
  #strong = new Uint8Array(0);
  /** @type {Float32Array} */
  #offsets = new Float32Array(0);
  #all = new Float32Array(0);
  /** The place of each position among the points, or -1. */
  #pointOf = new Int32Array(0);
  /** Where the film has each point. @type {Int32Array} */
  #inFilm = new Int32Array(0);
  /** @type {Wanted | undefined} */
  #wanted;
  #onFaces;
  #onFault;

  /**
   * @param {() => void} onFaces  digits came, in place of dots
   * @param {(error: unknown) => void} onFault
   */
  constructor(onFaces, onFault) {
    this.#onFaces = onFaces;
    this.#onFault = onFault;
  }

  /**
   * @param {Wanted} wanted
   * @returns {boolean}  whether something is other than it was
   */
  set(wanted) {
    const old = this.#wanted;
    const changed = (/** @type {(keyof Wanted)[]} */ ...names) =>
      names.some((name) => old === undefined || old[name] !== wanted[name]);
    const others = changed("items", "film", "digits", "most");
    const dress = others || changed("ratio", "colours", "paper");
    this.#wanted = wanted;
    if (others) this.#fill(wanted);
    if (dress) this.#dress(wanted);
    return dress;
  }

  /** @param {Wanted} wanted */
  #fill({ run, items, film, digits, most }) {
    const { labels } = items;
    const classes = run.graph.classes.length;
    const everyone = film === null ? Int32Array.from(labels.keys()) : film.items;
    this.positions = digits ? balanced(everyone, labels, classes, most) : everyone;
    const n = this.positions.length;
    this.places = new Float32Array(2 * n);
    this.#strong = new Uint8Array(n);
    this.order = shuffled(n);
    this.cast = {};
    this.#offsets = sunflower(
      this.positions.map((position) => labels[position]),
      classes,
    );
    this.#all = new Float32Array(2 * labels.length);
    this.#pointOf = new Int32Array(labels.length).fill(-1);
    this.positions.forEach((position, i) => (this.#pointOf[position] = i));
    const rows = new Map(Array.from(film?.items ?? [], (position, row) => [position, row]));
    this.#inFilm = this.positions.map((position) => rows.get(position) ?? 0);
  }

  /** Give every point its sprite: digits where their faces are here, dots till then. @param {Wanted} wanted */
  #dress(wanted) {
    const { items, digits, ratio, colours, paper } = wanted;
    const dot = disc((this.positions.length > MANY ? CROWDED : RADIUS) * ratio);
    const dots = colours.map((ink) => sprite(dot, ink, paper));
    this.sprites = Array.from(this.positions, (position) => dots[items.labels[position]]);
    if (digits) this.#draw(wanted, dots);
  }

  /**
   * @param {Wanted} wanted
   * @param {Sprite[]} dots
   */
  #draw(wanted, dots) {
    const { run, set, items, ratio, colours, paper } = wanted;
    const sprites = [...this.sprites];
    const side = Math.round(DIGIT * ratio) + 2;
    const missing = this.positions.filter((position, i) => {
      const face = run.face(set, position);
      const label = items.labels[position];
      if (face === undefined) return true;
      if (sprites[i] === dots[label]) {
        sprites[i] = sprite(shrunk(face, run.graph.input.shape, side), colours[label], paper);
      }
      return false;
    });
    this.sprites = sprites;
    if (missing.length === 0) return;
    run.bringFaces(set, missing).then(
      () => {
        if (this.sprites !== sprites) return; // others are wanted by now
        this.#draw(wanted, dots);
        this.#onFaces();
      },
      (error) => this.#onFault(error),
    );
  }

  /**
   * The linear view.
   * @param {Outcomes} outcomes
   * @param {Float32Array} ends  of the axes
   */
  project(outcomes, ends) {
    project(outcomes.probabilities(), ends, this.#all);
    for (let i = 0; i < this.positions.length; i++) {
      const at = 2 * this.positions[i];
      this.places[2 * i] = this.#all[at] + this.#offsets[2 * i];
      this.places[2 * i + 1] = this.#all[at + 1] + this.#offsets[2 * i + 1];
    }
  }

  /**
   * A frame of the t-SNE.
   * @param {Float32Array | undefined} frame  undefined where the network had diverged
   */
  follow(frame) {
    for (let i = 0; i < this.positions.length; i++) {
      for (let k = 0; k < 2; k++) this.places[2 * i + k] = frame?.[2 * this.#inFilm[i] + k] ?? NaN;
    }
  }

  /**
   * Which points are among these positions.
   * @param {Int32Array} positions
   */
  strong(positions) {
    this.#strong.fill(0);
    for (const position of positions) {
      const point = this.#pointOf[position];
      if (point >= 0) this.#strong[point] = 1;
    }
    return this.#strong;
  }

  /** The point of a position, -1 where it isn't drawn. @param {number} position */
  pointOf(position) {
    return this.#pointOf[position] ?? -1;
  }
}
