// Where the numbers of a stage stand: maps as tiles that wrap, at a whole number of screen pixels a value.

/** @import {Form} from "#app/widgets/network/form.js" */

/** @typedef {{left: number, top: number, width: number, height: number}} Rect  in CSS pixels of the canvas */

/**
 * How large tiles are drawn.
 * @typedef {object} Measure
 * @property {number} scale  CSS pixels of one canvas pixel
 * @property {readonly [number, number]} grain  canvas pixels of one value, across and down
 * @property {readonly [number, number]} gap  canvas pixels between tiles
 */

/** Tiles side by side in a given width, wrapped into even rows: a canvas of `width` x `height` pixels. */
export class Tiles {
  /**
   * @param {Form} form
   * @param {number} shown  how many maps
   * @param {number} available  CSS pixels
   * @param {Measure} measure
   */
  constructor(form, shown, available, { scale, grain, gap }) {
    this.form = form;
    this.shown = shown;
    this.scale = scale;
    this.grain = grain;
    this.gap = gap;
    this.step = [form.width * grain[0] + gap[0], form.height * grain[1] + gap[1]];
    const fit = Math.max(1, Math.floor((available / scale + gap[0]) / this.step[0]));
    this.rows = Math.ceil(shown / fit);
    this.columns = Math.ceil(shown / this.rows);
    this.width = this.columns * this.step[0] - gap[0];
    this.height = this.rows * this.step[1] - gap[1];
  }

  /** For each value of the maps shown: the canvas pixel that it begins at. */
  places() {
    const { height, width } = this.form;
    const places = new Int32Array(this.shown * height * width);
    for (let map = 0, at = 0; map < this.shown; map++) {
      const [x, y] = this.#corner(map);
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          places[at++] = (y + row * this.grain[1]) * this.width + x + column * this.grain[0];
        }
      }
    }
    return places;
  }

  /** @param {number} map */
  #corner(map) {
    return [(map % this.columns) * this.step[0], Math.floor(map / this.columns) * this.step[1]];
  }

  /**
   * Where a part of a map is on the screen, from the canvas's corner; without bounds the whole map.
   * @param {number} map
   * @param {number} [top]
   * @param {number} [left]
   * @param {number} [bottom]  exclusive
   * @param {number} [right]  exclusive
   * @returns {Rect}
   */
  rect(map, top = 0, left = 0, bottom = this.form.height, right = this.form.width) {
    const [x, y] = this.#corner(map);
    const [across, down] = this.grain.map((pixels) => pixels * this.scale);
    return {
      left: x * this.scale + left * across,
      top: y * this.scale + top * down,
      width: (right - left) * across,
      height: (bottom - top) * down,
    };
  }

  /**
   * The value under a point; in a gap the nearest one, so that moving across doesn't flicker.
   * @param {number} x  CSS pixels from the canvas's corner
   * @param {number} y
   * @returns {number} its place among the stage's values, or -1
   */
  at(x, y) {
    const { height, width } = this.form;
    const [column, row] = [x, y].map((position, axis) => {
      const last = (axis === 0 ? this.columns : this.rows) - 1;
      const pixel = position / this.scale + this.gap[axis] / 2;
      return within(Math.floor(pixel / this.step[axis]), last + 1);
    });
    const map = row * this.columns + column;
    if (map >= this.shown) return -1;
    const [left, top] = this.#corner(map);
    const across = within(Math.floor((x / this.scale - left) / this.grain[0]), width);
    const down = within(Math.floor((y / this.scale - top) / this.grain[1]), height);
    return (map * height + down) * width + across;
  }
}

/**
 * The nearest of so many places.
 * @param {number} place
 * @param {number} count
 */
export const within = (place, count) => Math.min(Math.max(place, 0), count - 1);

/** A map's side in rem, by the kind of form. */
const SIDES = { picture: 5.3, maps: 3.5, tiny: 1.4 };
/**
 * Where maps would take more rows than this, they are drawn smaller; at one screen pixel a value, where a
 * finger hits nothing, only if they would take twice as many.
 */
const ROWS = 3;
const SMALLER = 2.7;

/**
 * A stage's tiles in a given width.
 * @param {Form} form
 * @param {number} shown  how many maps
 * @param {number} available  CSS pixels
 * @param {number} rem  CSS pixels of the page's font, so that maps grow with the text
 * @param {number} [longest]  characters of the longest class name
 */
export function tilesFor(form, shown, available, rem, longest = 1) {
  if (form.kind === "cells" || form.kind === "classes") {
    return new Tiles(form, shown, available, measureCell(form.kind === "classes", rem, longest));
  }
  const side = Math.max(form.height, form.width);
  const measure = (/** @type {number} */ target) => measureMap(scaleFor(side, target * rem, available));
  const tiles = new Tiles(form, shown, available, measure(SIDES[form.kind]));
  if (form.kind !== "maps" || tiles.rows <= ROWS) return tiles;
  const smaller = measure(SMALLER);
  if (smaller.scale < 2 && tiles.rows <= 2 * ROWS) return tiles;
  return new Tiles(form, shown, available, smaller);
}

/**
 * Tiles as large as a box allows; those that don't fit at any scale are left out.
 * @param {Form} form
 * @param {number} width  CSS pixels
 * @param {number} height
 */
export function tilesWithin(form, width, height) {
  /** @type {(scale: number) => Measure} */
  const measure = (scale) => ({ scale, grain: [1, 1], gap: [1, 1] });
  for (let scale = 6; scale > 1; scale--) {
    const tiles = new Tiles(form, form.maps, width, measure(scale));
    if (tiles.height * scale <= height && tiles.width * scale <= width) return tiles;
  }
  const columns = Math.max(1, Math.floor((width + 1) / (form.width + 1)));
  const rows = Math.max(1, Math.floor((height + 1) / (form.height + 1)));
  return new Tiles(form, Math.min(form.maps, columns * rows), width, measure(1));
}

/**
 * Maps stand a few CSS pixels apart, whatever their scale.
 * @param {number} scale
 * @returns {Measure}
 */
function measureMap(scale) {
  const lines = Math.max(1, Math.round(4 / scale));
  return { scale, grain: [1, 1], gap: [lines, lines] };
}

/**
 * Screen pixels a value: a whole number, below 1 only for a map wider than the panel.
 * @param {number} side
 * @param {number} target
 * @param {number} available
 */
function scaleFor(side, target, available) {
  const whole = Math.min(Math.max(Math.round(target / side), 1), 12);
  const most = Math.floor(available / side);
  return most >= 1 ? Math.min(whole, most) : available / side;
}

/**
 * Single numbers; below those with names there is room for the name and the number.
 * @param {boolean} named
 * @param {number} rem
 * @param {number} longest
 * @returns {Measure}
 */
function measureCell(named, rem, longest) {
  const half = (/** @type {number} */ rems) => Math.round((rems * rem) / 2);
  if (!named) return { scale: 2, grain: [half(0.8), half(0.8)], gap: [1, 1] };
  const wide = Math.min(Math.max(2.6, longest * 0.55 + 0.4), 6);
  return { scale: 2, grain: [half(wide), half(1.6)], gap: [half(0.3), half(2.5)] };
}
