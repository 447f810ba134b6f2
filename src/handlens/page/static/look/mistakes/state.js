// What the room shows, as a part of the page's address: "cell.4.9", "all.number", "cell.4.9.loss", or "" for
// all mistakes, those first that it was surest of.

/** @typedef {"mistakes" | "doubtful" | "all"} Filter */
/** @typedef {"surest" | "unsure" | "loss" | "number"} Sort */
/** @typedef {{label: number, guess: number}} Cell */

/** @typedef {{cell: Cell | null, filter: Filter, sort: Sort}} Asked  a cell comes before the filter */

/** @type {Filter[]} */
export const FILTERS = ["mistakes", "doubtful", "all"];
/** @type {Sort[]} */
export const SORTS = ["surest", "unsure", "loss", "number"];

/**
 * @param {string | undefined} text
 * @param {number} classes
 * @returns {Asked}  what makes no sense is left out
 */
export function readAsked(text = "", classes) {
  const parts = text.split(".");
  const [label, guess] = parts.slice(1, 3).map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : NaN));
  const cell = parts[0] === "cell" && label < classes && guess < classes ? { label, guess } : null;
  return {
    cell,
    filter: FILTERS.find((name) => parts.includes(name)) ?? FILTERS[0],
    sort: SORTS.find((name) => parts.includes(name)) ?? SORTS[0],
  };
}

/** @param {Asked} asked */
export function writeAsked({ cell, filter, sort }) {
  const parts = cell === null ? [filter] : ["cell", cell.label, cell.guess];
  return [...parts, sort].filter((part) => part !== FILTERS[0] && part !== SORTS[0]).join(".");
}
