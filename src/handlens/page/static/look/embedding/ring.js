// The order of classes around a circle in which those that the network mixes up are neighbours; the same as
// handlens.insight.embedding.ring_order.

/**
 * How much probability any two classes share.
 * @param {Float32Array} probabilities  [n, classes]; items with what is no number are left out
 * @param {number} classes
 * @returns {Float64Array}  [classes, classes]
 */
export function shared(probabilities, classes) {
  const sums = new Float64Array(classes * classes);
  for (let at = 0; at < probabilities.length; at += classes) {
    if (Number.isNaN(probabilities[at])) continue;
    for (let a = 0; a < classes; a++) {
      const p = probabilities[at + a];
      if (p === 0) continue;
      for (let b = 0; b < classes; b++) sums[a * classes + b] += p * probabilities[at + b];
    }
  }
  return sums;
}

/**
 * Exchanges pairs as long as the sum of shared probability × distance along the circle falls: not always the
 * best order, always the same for the same probabilities.
 * @param {Float64Array} mixed  of `shared`
 * @param {number} classes
 * @returns {number[]}  the classes in their order, beginning with class 0
 */
export function ringOrder(mixed, classes) {
  const order = Array.from({ length: classes }, (_, k) => k);
  let cost = whole(order, mixed);
  for (let change = improving(order, mixed, cost); change !== null; change = improving(order, mixed, cost)) {
    swap(order, change.one, change.other);
    cost += change.gain;
  }
  const first = order.indexOf(0);
  const [zero, ...others] = [...order.slice(first), ...order.slice(0, first)];
  // The other way round is as good: one of the two, always.
  return [zero, ...(others[0] > others[others.length - 1] ? others.reverse() : others)];
}

/**
 * The first pair whose exchange helps.
 * @param {number[]} order
 * @param {Float64Array} mixed
 * @param {number} cost
 */
function improving(order, mixed, cost) {
  for (let one = 0; one < order.length; one++) {
    for (let other = one + 1; other < order.length; other++) {
      const gain = gainOf(order, mixed, one, other);
      if (gain < -1e-9 * cost) return { one, other, gain };
    }
  }
  return null;
}

/**
 * What the cost changes by when two places are exchanged.
 * @param {number[]} order
 * @param {Float64Array} mixed
 * @param {number} one
 * @param {number} other
 */
function gainOf(order, mixed, one, other) {
  const n = order.length;
  const [a, b] = [order[one], order[other]];
  let gain = 0;
  for (let at = 0; at < n; at++) {
    if (at === one || at === other) continue;
    const moved = around(at, other, n) - around(at, one, n);
    gain += (mixed[a * n + order[at]] - mixed[b * n + order[at]]) * moved;
  }
  return 2 * gain;
}

/**
 * @param {number[]} order
 * @param {Float64Array} mixed
 */
function whole(order, mixed) {
  const n = order.length;
  let cost = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) cost += mixed[order[i] * n + order[j]] * around(i, j, n);
  }
  return cost;
}

/**
 * @param {number} one
 * @param {number} other
 * @param {number} n
 */
function around(one, other, n) {
  const gap = Math.abs(one - other);
  return Math.min(gap, n - gap);
}

/**
 * @param {number[]} order
 * @param {number} one
 * @param {number} other
 */
function swap(order, one, other) {
  [order[one], order[other]] = [order[other], order[one]];
}
