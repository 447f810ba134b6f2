// Where the timeline's parts stand: one column for all of them, so that equal places are equal moments.

/** @typedef {{top: number, height: number}} Lane  CSS pixels; `top` from the track's upper edge */

/**
 * @typedef {object} Lanes
 * @property {number} left  of the axis' beginning
 * @property {number} width  of the axis
 * @property {Lane} curves
 * @property {Lane} norms
 * @property {Lane} ticks
 * @property {Lane} strip
 * @property {number} row  height of a class in the strip
 * @property {number} letter  height of the letters
 */

/**
 * @param {number} width  of the whole track
 * @param {number} classes
 * @param {boolean} norms  whether they are asked for
 * @param {number} screen  height of the window: a small one keeps most of it for the network
 * @param {number} scale  of the page's letters, 1 for 16 pixels
 * @returns {Lanes}
 */
export function lanes(width, classes, norms, screen, scale) {
  const small = screen < 760 || width < 600;
  const letter = width < 600 ? 10 : 11 * scale;
  const gutter = 4.2 * letter; // "0.0047" fits in
  const curves = { top: 6, height: small ? 36 : 62 * scale };
  const between = { top: curves.top + curves.height + 6, height: norms ? curves.height : 0 };
  const ticks = { top: between.top + between.height + (norms ? 4 : 0), height: letter + 7 };
  const row = Math.max(Math.min(small ? 5 : 9 * scale, (90 * scale) / classes), 1);
  return {
    left: gutter,
    width: Math.max(width - 2 * gutter, 1),
    curves,
    norms: between,
    ticks,
    strip: { top: ticks.top + ticks.height, height: row * classes },
    row,
    letter,
  };
}
