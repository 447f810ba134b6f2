// A drawing as a short text, for the page's address.
//
// Points are rounded to 1/255, and those that a line between others stands for are left out. A byte below 225
// is a step of at most 7 a side: 15 (down + 7) + across + 7. Byte 225 is followed by a point's x and y, 226
// too, and there a stroke begins.

/** @typedef {[number, number][]} Stroke  points x, y in 0…1 */

/** Characters that a drawing may take. */
export const LONGEST = 1500;

const LEVELS = 255;
const REACH = 7;
const SIDE = 2 * REACH + 1;
const JUMP = SIDE * SIDE;
const BEGIN = JUMP + 1;

// How far the line may pass from a point left out. With the rounding, at most 1/200 of the pad's side.
const TOLERANCES = [0.0005, 0.001, 0.002];

/**
 * @param {readonly Stroke[]} strokes
 * @returns {string | undefined} of letters, digits, "-" and "_"; undefined where it would be too long
 */
export function encodeStrokes(strokes) {
  const whole = strokes.filter((stroke) => stroke.length > 0).map((stroke) => stroke.map(rounded));
  for (const tolerance of TOLERANCES) {
    const bytes = whole.flatMap((stroke) => bytesOf(simplified(stroke, tolerance * LEVELS)));
    if (Math.ceil((bytes.length * 4) / 3) > LONGEST) continue;
    const base64 = btoa(String.fromCharCode(...bytes));
    return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }
  return undefined;
}

/**
 * @param {string} text
 * @returns {Stroke[] | undefined} undefined where it is no drawing
 */
export function decodeStrokes(text) {
  if (text.length > LONGEST || !/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const bytes = Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  /** @type {[number, number][][]} */
  const strokes = [];
  for (let i = 0, x = 0, y = 0; i < bytes.length; i++) {
    if (bytes[i] >= JUMP) {
      if (bytes[i] > BEGIN || i + 2 >= bytes.length) return undefined;
      if (bytes[i] === BEGIN) strokes.push([]);
      [x, y] = [bytes[++i], bytes[++i]];
    } else {
      y += Math.floor(bytes[i] / SIDE) - REACH;
      x += (bytes[i] % SIDE) - REACH;
    }
    if (strokes.length === 0 || x < 0 || y < 0 || x > LEVELS || y > LEVELS) return undefined;
    strokes[strokes.length - 1].push([x / LEVELS, y / LEVELS]);
  }
  return strokes;
}

/**
 * @param {[number, number]} point
 * @returns {[number, number]}
 */
function rounded([x, y]) {
  const [across, down] = [x, y].map((part) => Math.round(Math.min(Math.max(part, 0), 1) * LEVELS));
  return [across, down];
}

/**
 * Without the points that lie near the line between those kept (Douglas and Peucker 1973).
 * @param {[number, number][]} stroke
 * @param {number} tolerance
 * @returns {[number, number][]}
 */
function simplified(stroke, tolerance) {
  const kept = new Uint8Array(stroke.length);
  kept[0] = kept[stroke.length - 1] = 1;
  const parts = [[0, stroke.length - 1]];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const [from, to] = part;
    let [farthest, most] = [-1, tolerance];
    for (let i = from + 1; i < to; i++) {
      const distance = fromLine(stroke[i], stroke[from], stroke[to]);
      if (distance > most) [farthest, most] = [i, distance];
    }
    if (farthest < 0) continue;
    kept[farthest] = 1;
    parts.push([from, farthest], [farthest, to]);
  }
  return stroke.filter((_, i) => kept[i]);
}

/**
 * A point's distance from the line between two others, its ends included.
 * @param {[number, number]} point
 * @param {[number, number]} from
 * @param {[number, number]} to
 */
function fromLine([x, y], [fromX, fromY], [toX, toY]) {
  const [across, down] = [toX - fromX, toY - fromY];
  const length = across * across + down * down;
  const along = length === 0 ? 0 : ((x - fromX) * across + (y - fromY) * down) / length;
  const at = Math.min(Math.max(along, 0), 1);
  return Math.hypot(x - fromX - at * across, y - fromY - at * down);
}

/** @param {[number, number][]} stroke  whole numbers */
function bytesOf(stroke) {
  const bytes = [BEGIN, ...stroke[0]];
  for (let i = 1; i < stroke.length; i++) {
    const [across, down] = [stroke[i][0] - stroke[i - 1][0], stroke[i][1] - stroke[i - 1][1]];
    const near = Math.abs(across) <= REACH && Math.abs(down) <= REACH;
    if (near) bytes.push((down + REACH) * SIDE + across + REACH);
    else bytes.push(JUMP, ...stroke[i]);
  }
  return bytes;
}
