// Numbers as the page writes them.

/**
 * Three significant digits: "0.53" where it is just that, "0.530" where it was
 * rounded; "−1.2e−5", "NaN", "∞". The minus sign is the typographic one.
 * @param {number} x
 */
export function number(x) {
  if (Number.isNaN(x)) return "NaN";
  const sign = x < 0 ? "−" : "";
  const size = Math.abs(x);
  if (size === Infinity) return `${sign}∞`;
  const rounded = Number(size.toPrecision(3));
  if (rounded >= 1e-4 && rounded < 1000 && rounded !== size) return `${sign}${size.toPrecision(3)}`;
  if (rounded === 0 || (rounded >= 1e-4 && rounded < 1e6)) return `${sign}${rounded}`;
  return `${sign}${rounded.toExponential().replace("e+", "e").replace("-", "−")}`;
}

/**
 * The same as part of a formula: what is below zero in brackets.
 * @param {number} x
 */
export function factor(x) {
  return x < 0 ? `(${number(x)})` : number(x);
}
