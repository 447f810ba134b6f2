// Where to look along the way from 0 to 1, and how much each place counts, to integrate exactly a polynomial
// of degree 2n - 1: the roots of Legendre's polynomial, by Newton's method.

const ROUNDS = 6; // each doubles the digits; after four nothing changes

/**
 * @param {number} count
 * @returns {{places: number[], shares: number[]}} in 0…1, ascending; the shares add up to 1
 */
export function gaussLegendre(count) {
  const places = new Array(count);
  const shares = new Array(count);
  for (let i = 0; i < (count + 1) >> 1; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5)); // Francesco Tricomi 1950
    for (let round = 0; round < ROUNDS; round++) {
      const [value, slope] = legendre(count, x);
      x -= value / slope;
    }
    const [, slope] = legendre(count, x);
    const share = 1 / ((1 - x * x) * slope * slope);
    [places[i], places[count - 1 - i]] = [(1 - x) / 2, (1 + x) / 2];
    shares[i] = shares[count - 1 - i] = share;
  }
  return { places, shares };
}

/**
 * Legendre's polynomial and its slope.
 * @param {number} degree
 * @param {number} x  within -1…1
 * @returns {[number, number]}
 */
function legendre(degree, x) {
  let [before, value] = [1, x];
  for (let n = 2; n <= degree; n++)
    [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n];
  return [value, (degree * (x * value - before)) / (x * x - 1)];
}
