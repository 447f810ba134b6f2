// Numbers as people read them.

const whole = new Intl.NumberFormat("en");

/** 1650 → "1,650". @param {number} count */
export const counted = (count) => whole.format(count);

/**
 * 0.99384 → "99.38 %"; never rounded up to 100 nor down to 0.
 * @param {number} share
 * @param {number} [digits]
 */
export function percent(share, digits = 2) {
  if (!Number.isFinite(share)) return "not a number";
  const least = 10 ** -digits;
  const held = share >= 1 || share <= 0 ? share * 100 : Math.min(Math.max(share * 100, least), 100 - least);
  return `${held.toFixed(share >= 1 || share <= 0 ? 0 : digits)} %`;
}
