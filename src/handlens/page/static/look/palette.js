// The colours of the classes: on light paper those of handlens.insight.palette, on a dark card lighter ones, found
// in the same way: any two at least 0.11 apart in OKLab with the three common kinds of colour vision, and a
// contrast to the card of 2.6 or more. Held by tests/insight/test_palette.py.

/** @import {Triple} from "#app/look/oklab.js" */
/** @import {Theme} from "#app/look/colours.js" */

/** @type {Record<Theme, Triple[]>} */
const COLOURS = {
  light: [
    [0, 51, 170],
    [238, 170, 0],
    [221, 153, 255],
    [238, 51, 119],
    [170, 51, 238],
    [85, 34, 17],
    [102, 136, 187],
    [153, 0, 102],
    [102, 102, 17],
    [68, 204, 170],
  ],
  dark: [
    [85, 68, 204],
    [255, 187, 34],
    [221, 153, 255],
    [238, 51, 119],
    [153, 102, 255],
    [238, 119, 0],
    [119, 136, 187],
    [170, 17, 136],
    [102, 102, 17],
    [51, 221, 170],
  ],
};

/**
 * The colours of so many classes; beyond ten they repeat, so a picture must also name the class.
 * @param {number} count
 * @param {Theme} theme
 * @returns {Triple[]}
 */
export function classColours(count, theme) {
  return Array.from({ length: count }, (_, k) => COLOURS[theme][k % COLOURS[theme].length]);
}
