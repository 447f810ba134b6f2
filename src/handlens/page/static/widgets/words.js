// Numbers as people read them.

const whole = new Intl.NumberFormat("en");

/** 1650 → "1,650". @param {number} count */
export const counted = (count) => whole.format(count);

/** The text of most letters; of equals the first. @param {string[]} texts */
export const longest = (texts) => texts.reduce((most, text) => (text.length > most.length ? text : most), "");

/**
 * How far a window moves: [2, 2] → "2 pixels at a time"; where down and across differ, "2×1 pixels".
 * @param {readonly number[]} stride  rows, columns
 */
export function pace([down, across]) {
  if (down !== across) return `${down}×${across} pixels at a time`;
  return down === 1 ? "1 pixel at a time" : `${down} pixels at a time`;
}

/**
 * 0.99384 → "99.38 %"; never rounded up to 100 nor down to 0: "> 99.99 %", "< 0.01 %".
 * @param {number} share
 * @param {number} [digits]
 */
export function percent(share, digits = 2) {
  if (!Number.isFinite(share)) return "not a number";
  if (share <= 0 || share >= 1) return `${100 * share} %`;
  const least = 10 ** -digits;
  if (100 * share < least) return `< ${least.toFixed(digits)} %`;
  if (100 * share > 100 - least) return `> ${(100 - least).toFixed(digits)} %`;
  return `${(100 * share).toFixed(digits)} %`;
}
