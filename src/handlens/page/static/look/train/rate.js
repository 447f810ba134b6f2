// A learning rate on a slider: by its logarithm, three decades below 0.1 matter as much as each other.

const [LEAST, MOST] = [-5, 0]; // powers of ten
const A_DECADE = 20; // places: few enough that two digits tell them apart
/** Places of the slider. */
export const PLACES = A_DECADE * (MOST - LEAST);

/**
 * The place of a rate; of one beyond the slider its end.
 * @param {number} rate  above 0
 */
export function placeOfRate(rate) {
  const place = Math.round((Math.log10(rate) - LEAST) * A_DECADE);
  return Math.min(Math.max(place, 0), PLACES);
}

/**
 * The rate at a place, to two digits.
 * @param {number} place
 */
export function rateOfPlace(place) {
  return Number((10 ** (LEAST + place / A_DECADE)).toPrecision(2));
}
