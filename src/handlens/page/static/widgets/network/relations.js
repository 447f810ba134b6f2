// What belongs to one number: the map that it is in, what it reads, and the maps that have no part in it.

/** @import {Unit, View} from "#app/app/view.js" */
/** @import {Curve, Drawing} from "#app/widgets/network/overlay.js" */
/** @import {StageRow} from "#app/widgets/network/stage.js" */
/** @import {Form} from "#app/widgets/network/form.js" */
/** @import {Rect} from "#app/widgets/network/tiles.js" */
/** @import {Box} from "#app/look/field.js" */

import { receptive } from "#app/look/field.js";
import { edges } from "#app/widgets/network/edges.js";
import { curve } from "#app/widgets/network/overlay.js";
import { sources } from "#app/widgets/network/teach.js";
import { placeOf } from "#app/widgets/network/form.js";

/** @typedef {{left: number, top: number}} Corner */

/**
 * A part of a stage as it is drawn: maps from … to, and in each of them a box.
 * @typedef {{from: number, to: number, top: number, left: number, bottom: number, right: number}} Part
 */

/**
 * All that is drawn for a number, in CSS pixels of the panel.
 * @param {View} view
 * @param {Unit} unit
 * @param {Map<string, StageRow>} rows
 * @param {(stage: string) => Corner} corner
 * @returns {Drawing}
 */
export function relations(view, unit, rows, corner) {
  const own = rowOf(rows, unit.stage);
  const place = corner(unit.stage);
  const { map, row, column } = placeOf(own.form, unit.index);
  const parts = partsOf(receptive(view.run.graph, unit.stage, unit.index), rows);
  parts.delete(unit.stage);
  const goal = moved(own.tiles.rect(map), place);
  /** @type {Drawing} */
  const drawing = {
    unit: moved(own.tiles.rect(map, row, column, row + 1, column + 1), place),
    map: goal,
    near: [],
    far: [],
    apart: outside(own, { from: map, to: map + 1 }, place),
    curves: curvesOf(view, unit, rows, parts, corner, goal),
  };
  const direct = sources(view.run.graph, unit.stage);
  for (const [stage, part] of parts) {
    const seen = rowOf(rows, stage);
    if (!seen.visible) continue;
    drawing.apart.push(...outside(seen, part, corner(stage)));
    (direct.includes(stage) ? drawing.near : drawing.far).push(...inside(seen, part, corner(stage)));
  }
  return drawing;
}

/**
 * @param {Map<string, StageRow>} rows
 * @param {string} stage
 */
const rowOf = (rows, stage) => /** @type {StageRow} */ (rows.get(stage));

/**
 * The boxes that a part takes in its maps; none where it takes them whole: outlines around everything would
 * say nothing.
 * @param {StageRow} row
 * @param {Part} part
 * @param {Corner} corner
 */
function inside({ form, tiles }, { from, to, top, left, bottom, right }, corner) {
  const whole = top === 0 && left === 0 && bottom === form.height && right === form.width;
  if (whole && form.height * form.width > 1) return [];
  const rects = [];
  for (let map = from; map < Math.min(to, tiles.shown); map++) {
    rects.push(moved(tiles.rect(map, top, left, bottom, right), corner));
  }
  return rects;
}

/**
 * The maps beyond a part.
 * @param {StageRow} row
 * @param {{from: number, to: number}} part
 * @param {Corner} corner
 */
function outside({ tiles }, { from, to }, corner) {
  const rects = [];
  for (let map = 0; map < tiles.shown; map++) {
    if (map < from || map >= to) rects.push(moved(tiles.rect(map), corner));
  }
  return rects;
}

/**
 * @param {View} view
 * @param {Unit} unit
 * @param {Map<string, StageRow>} rows
 * @param {Map<string, Part>} parts
 * @param {(stage: string) => Corner} corner
 * @param {Rect} goal
 * @returns {Curve[]}
 */
function curvesOf({ network, run, step, tables }, unit, rows, parts, corner, goal) {
  const form = (/** @type {string} */ stage) => rowOf(rows, stage).form;
  const found = edges(network, run.weights(step), unit, form, (stage) => parts.get(stage));
  const curves = [];
  for (const { source, map, strength, sign } of found) {
    const { tiles } = rowOf(rows, source);
    if (map >= tiles.shown) continue;
    curves.push({
      path: curve(moved(tiles.rect(map), corner(source)), goal),
      width: 0.6 + 2.4 * strength ** 2,
      opacity: 0.15 + 0.7 * strength ** 2,
      colour: sign === 0 ? "var(--quiet)" : css(tables.diverging[sign > 0 ? 206 : 48]),
    });
  }
  return curves;
}

/**
 * What a number reads, as the tiles of each stage show it.
 * @param {Map<string, Box>} boxes
 * @param {Map<string, {form: Form}>} rows
 * @returns {Map<string, Part>}
 */
function partsOf(boxes, rows) {
  const parts = new Map();
  for (const [stage, box] of boxes) {
    const row = rows.get(stage);
    if (row !== undefined) parts.set(stage, partOf(box, row.form));
  }
  return parts;
}

/**
 * @param {Box} box
 * @param {Form} form
 * @returns {Part}
 */
function partOf(box, form) {
  if ("channels" in box) {
    const [from, to] = box.channels;
    return { from, to, top: box.top, left: box.left, bottom: box.bottom, right: box.right };
  }
  const { map, row, column } = placeOf(form, box.from);
  if (box.to === box.from + 1) {
    return { from: map, to: map + 1, top: row, left: column, bottom: row + 1, right: column + 1 };
  }
  const to = placeOf(form, box.to - 1).map + 1;
  return { from: map, to, top: 0, left: 0, bottom: form.height, right: form.width };
}

/**
 * @param {Rect} rect
 * @param {Corner} corner
 * @returns {Rect}
 */
function moved({ left, top, width, height }, corner) {
  return { left: left + corner.left, top: top + corner.top, width, height };
}

/** @param {number} pixel  of a table */
function css(pixel) {
  return `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
}
