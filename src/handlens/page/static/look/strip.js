// In which order the frames answer: coarse to fine, so that the strip's shape is seen at once.

/**
 * The places 0 … count - 1: first, last, the middle, the quarters, …
 * @param {number} count
 * @returns {number[]}
 */
export function fillOrder(count) {
  const order = [0, count - 1].slice(0, count);
  let gaps = [[0, count - 1]];
  while (gaps.length > 0) {
    const wide = gaps.filter(([from, to]) => to - from > 1);
    gaps = wide.flatMap(([from, to]) => {
      const middle = (from + to) >> 1;
      order.push(middle);
      return [
        [from, middle],
        [middle, to],
      ];
    });
  }
  return order;
}
