// Whatever is given - strokes, a picture, an item of a set - as the network's input.

/** @import {Input, Stroke} from "#app/app/view.js" */
/** @import {Graph} from "#app/net/graph.js" */
/** @import {Coloured} from "#app/reading/colour.js" */
/** @import {Ink} from "#app/reading/picture.js" */

import { same, size } from "#app/net/shapes.js";
import { grayOf, onPaper } from "#app/reading/colour.js";
import { fit } from "#app/reading/fit.js";
import { SIZE, frame } from "#app/reading/frame.js";
import { fromGray } from "#app/reading/picture.js";
import { inkOfStrokes } from "#app/reading/strokes.js";

/**
 * Whether ink is framed for a network as MNIST's digits were; others get it fitted to their size.
 * @param {Graph} graph
 */
function framesInk(graph) {
  return same(graph.input.shape, [1, SIZE, SIZE]);
}

/**
 * A drawing as the network sees it; without strokes, nothing but black.
 * @param {readonly Stroke[]} strokes
 * @param {Graph} graph
 * @returns {Input}
 */
export function pixelsOfStrokes(strokes, graph) {
  const from = /** @type {const} */ ({ kind: "drawing", strokes: strokes.map((stroke) => [...stroke]) });
  const { shape } = graph.input;
  if (strokes.length === 0) {
    return { pixels: new Float32Array(size(shape)), label: null, from, frame: null, source: null };
  }
  const ink = inkOfStrokes(strokes);
  if (framesInk(graph)) return { ...framed(ink), label: null, from };
  const pixels = fit(Array(shape[0]).fill(ink), 1, shape);
  return { pixels, label: null, from, frame: null, source: null };
}

/**
 * A picture as the network sees it.
 * @param {Coloured} picture
 * @param {string} name
 * @param {Graph} graph
 * @returns {Input}
 */
export function pixelsOfPicture(picture, name, graph) {
  const from = /** @type {const} */ ({ kind: "picture", name });
  const { shape } = graph.input;
  const planes = onPaper(picture);
  if (framesInk(graph)) return { ...framed(fromGray(grayOf(planes))), label: null, from };
  const channels = shape[0] === 3 ? planes : Array(shape[0]).fill(grayOf(planes));
  return { pixels: fit(channels, 255, shape), label: null, from, frame: null, source: null };
}

/**
 * An item of a recording's sets.
 * @param {{set: (name: string) => Promise<{indices: Int32Array, labels: Int32Array}>,
 *   digit: (name: string, position: number) => Promise<Float32Array>}} run
 * @param {string} set
 * @param {number} position  among those of the set that the page can get
 * @returns {Promise<Input>}
 */
export async function pixelsOfDigit(run, set, position) {
  const [{ indices, labels }, pixels] = await Promise.all([run.set(set), run.digit(set, position)]);
  const from = /** @type {const} */ ({ kind: "digit", set, index: indices[position], position });
  return { pixels, label: labels[position], from, frame: null, source: null };
}

/** @param {Ink} source */
function framed(source) {
  const found = frame(source);
  return { pixels: found.pixels, frame: found, source };
}
