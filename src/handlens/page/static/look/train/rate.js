// A learning rate on a slider: by its logarithm, three decades below 0.1 matter as much as each other.

const [LEAST, MOST] = [-5, 0]; // powers of ten
/** Places of the slider: a fiftieth of a decade each. */
export const PLACES = 50 * (MOST - LEAST);

/**
 * The place of a rate; of one beyond the slider its end.
 * @param {number} rate  above 0
 */
export function placeOfRate(rate) {
  const place = Math.round((Math.log10(rate) - LEAST) * 50);
  return Math.min(Math.max(place, 0), PLACES);
}

/**
 * The rate at a place, to two digits.
 * @param {number} place
 */
export function rateOfPlace(place) {
  return Number((10 ** (LEAST + place / 50)).toPrecision(2));
}
