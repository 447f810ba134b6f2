// Half precision, IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction.

const bits = new Uint32Array(1);
const number = new Float32Array(bits.buffer);

/**
 * The value of a half-precision number.
 * @param {number} half  its 16 bits
 */
export function fromHalf(half) {
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  // Zero, and what is below the normal numbers.
  if (exponent === 0) return (half & 0x8000 ? -1 : 1) * fraction * 2 ** -24;
  // The exponent's bias is 15 there, 127 here; infinity and NaN have all its bits set.
  bits[0] = ((half & 0x8000) << 16) | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
  return number[0];
}

/**
 * @param {Uint16Array} halves
 * @returns {Float32Array}
 */
export function fromHalves(halves) {
  const numbers = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) numbers[i] = fromHalf(halves[i]);
  return numbers;
}
