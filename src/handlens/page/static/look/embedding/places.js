// Where items lie in the linear view: their probabilities pull them towards the ends of the axes. What would lie on
// one spot is fanned out, the same way in all frames.

/** The longest offset, where an axis has the length 1: as in handlens.insight.embedding.fanned. */
const RADIUS = 0.12;
const GOLDEN = Math.PI * (3 - Math.sqrt(5));

/**
 * @param {Float32Array} probabilities  [n, classes]
 * @param {Float32Array} ends  of the axes, x and y of each class
 * @param {Float32Array} out  x and y of each item; not a number where a probability is none
 */
export function project(probabilities, ends, out) {
  const classes = ends.length / 2;
  for (let i = 0, at = 0; at < probabilities.length; i += 2) {
    let x = 0;
    let y = 0;
    for (let k = 0; k < 2 * classes; k += 2, at++) {
      const p = probabilities[at];
      x += p * ends[k];
      y += p * ends[k + 1];
    }
    out[i] = x;
    out[i + 1] = y;
  }
}

/**
 * Offsets by which the items of a class that lie on one spot fill a disc evenly.
 * Vogel, "A better way to construct the sunflower head", Mathematical Biosciences 44 (1979).
 * @param {ArrayLike<number>} labels
 * @param {number} classes
 * @returns {Float32Array}  x and y of each item
 */
export function sunflower(labels, classes) {
  const totals = new Int32Array(classes);
  const ranks = Array.from(labels, (label) => totals[label]++ + 0.5);
  const offsets = new Float32Array(2 * labels.length);
  ranks.forEach((rank, i) => {
    const reach = RADIUS * Math.sqrt(rank / totals[labels[i]]);
    offsets[2 * i] = reach * Math.sin(rank * GOLDEN);
    offsets[2 * i + 1] = reach * Math.cos(rank * GOLDEN);
  });
  return offsets;
}
