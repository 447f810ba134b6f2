// How the room stands, as a part of the page's address: "tsne", "digits", "tsne.digits", "~AAEC…" for axes that were
// turned; "" for dots on the ring.

/**
 * @typedef {object} Wish
 * @property {"linear" | "tsne"} kind
 * @property {boolean} digits  whether items are drawn as small digits, not as dots
 * @property {string} axes  of `writeAxes`; "" for the ring
 */

const LONGEST = 180; // letters: an address keeps 200 of a room

/**
 * @param {string} [text]
 * @returns {Wish}
 */
export function readWish(text = "") {
  const words = text.split(".");
  const axes = words.find((word) => word.startsWith("~"))?.slice(1) ?? "";
  return { kind: words.includes("tsne") ? "tsne" : "linear", digits: words.includes("digits"), axes };
}

/** @param {Wish} wish */
export function writeWish({ kind, digits, axes }) {
  const said = axes.length > 0 && axes.length <= LONGEST;
  const words = [kind === "tsne" && kind, digits && "digits", said && `~${axes}`];
  return words.filter((word) => word !== false).join(".");
}

/**
 * The ends of axes as letters: a byte a number, 0…255 for as far as an axis can reach, base64url.
 * @param {Float32Array} ends
 * @param {number} reach
 */
export function writeAxes(ends, reach) {
  const bytes = Array.from(ends, (end) => Math.round(127.5 + (127.5 * end) / reach));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/**
 * @param {string} text
 * @param {number} classes
 * @param {number} reach
 * @returns {Float32Array | null}  null for what are no axes of so many classes
 */
export function readAxes(text, classes, reach) {
  let bytes;
  try {
    bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return null;
  }
  if (bytes.length !== 2 * classes) return null;
  return Float32Array.from(bytes, (letter) => ((letter.charCodeAt(0) - 127.5) / 127.5) * reach);
}
