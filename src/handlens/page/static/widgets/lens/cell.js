// A number in the small room of a grid's cell: at most five characters and a sign.

/**
 * Two decimals below 10, one below 100, none below 10,000, powers of ten beyond.
 * @param {number} value
 */
export function cell(value) {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size < 0.005) return "0.00"; // of either sign
  const text = size < 9.995 ? size.toFixed(2) : size < 99.95 ? size.toFixed(1) : large(size);
  return value < 0 ? `−${text}` : text;
}

/** @param {number} size */
function large(size) {
  return size < 9999.5 ? size.toFixed(0) : size.toExponential(0).replace("+", "");
}
