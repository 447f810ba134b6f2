// Where the ink ends: the line along which a picture is half as bright as it gets, between its pixels.

/** @typedef {[number, number]} Point  x, y; the first pixel's middle is at 0.5, 0.5 */

const LEAST = 0.1; // between the darkest and the brightest pixel; less is no ink

/**
 * @param {ArrayLike<number>} gray  [height, width]
 * @param {number} height
 * @param {number} width
 * @returns {[Point, Point][]} the line, in pieces; beyond the picture it is as dark as it gets
 */
export function outline(gray, height, width) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < height * width; i++) [low, high] = [Math.min(low, gray[i]), Math.max(high, gray[i])];
  if (!(high - low >= LEAST)) return [];
  const level = (low + high) / 2;
  const at = (/** @type {number} */ row, /** @type {number} */ column) =>
    row < 0 || column < 0 || row >= height || column >= width ? low : gray[row * width + column];
  /** @type {[Point, Point][]} */
  const pieces = [];
  for (let row = -1; row < height; row++) {
    for (let column = -1; column < width; column++) {
      const corners = [at(row, column), at(row, column + 1), at(row + 1, column + 1), at(row + 1, column)];
      for (const ends of crossed(corners, level)) {
        pieces.push(/** @type {[Point, Point]} */ (ends.map(([x, y]) => [column + 0.5 + x, row + 0.5 + y])));
      }
    }
  }
  return pieces;
}

/**
 * The line through a square between four pixels: marching squares, Lorensen and Cline 1987 in the plane.
 * @param {number[]} corners  clockwise from the upper left
 * @param {number} level
 * @returns {[Point, Point][]}
 */
function crossed([a, b, c, d], level) {
  const inside = (/** @type {number} */ value) => value >= level;
  const share = (/** @type {number} */ from, /** @type {number} */ to) => (level - from) / (to - from);
  /** @type {(Point | null)[]} top, right, bottom, left */
  const sides = [
    inside(a) === inside(b) ? null : [share(a, b), 0],
    inside(b) === inside(c) ? null : [1, share(b, c)],
    inside(d) === inside(c) ? null : [share(d, c), 1],
    inside(a) === inside(d) ? null : [0, share(a, d)],
  ];
  const [top, right, bottom, left] = sides;
  if (top !== null && right !== null && bottom !== null && left !== null) {
    const joined = inside((a + b + c + d) / 4) === inside(a); // the two equal corners, through the middle
    return joined
      ? [
          [top, right],
          [bottom, left],
        ]
      : [
          [left, top],
          [right, bottom],
        ];
  }
  const [one, other] = sides.filter((point) => point !== null);
  return one === undefined ? [] : [[one, other]];
}

/**
 * As the `d` of an SVG path.
 * @param {[Point, Point][]} pieces
 */
export function pathOf(pieces) {
  const text = (/** @type {Point} */ [x, y]) => `${round(x)} ${round(y)}`;
  return pieces.map(([from, to]) => `M${text(from)}L${text(to)}`).join("");
}

/** @param {number} x */
const round = (x) => Math.round(x * 100) / 100;
