// Which points lie within a line that was drawn around them.

/**
 * @param {number[]} line  x, y, x, y …; its end is joined to its beginning
 * @param {Float32Array} places  x, y of each point
 * @param {number} n  of points
 * @returns {number[]}  those inside by the even-odd rule
 */
export function inside(line, places, n) {
  const found = [];
  for (let i = 0; i < n; i++) if (isInside(line, places[2 * i], places[2 * i + 1])) found.push(i);
  return found;
}

/**
 * @param {number[]} line
 * @param {number} x
 * @param {number} y
 */
function isInside(line, x, y) {
  let odd = false;
  for (let i = 0, before = line.length - 2; i < line.length; before = i, i += 2) {
    const [x1, y1, x2, y2] = [line[before], line[before + 1], line[i], line[i + 1]];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) odd = !odd;
  }
  return odd;
}
