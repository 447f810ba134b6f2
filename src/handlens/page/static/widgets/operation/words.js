// What each operation is, in a formula and a teacher's one or two sentences.

/** @import {Node} from "#app/net/types.js" */

import { pace } from "#app/widgets/words.js";

/** @typedef {{formula: string, said: string}} Words  the formula as HTML, written here alone */

/** @type {(letter: string, below?: string) => string} */
const v = (letter, below) => `<i>${letter}</i>${below === undefined ? "" : `<sub>${below}</sub>`}`;
const X = v("x");
const Y = v("y");

const [I, J, K] = [v("i"), v("j"), v("k")];

/** e to the z of a class. @type {(below: string) => string} */
const power = (below) => `<i>e</i><sup>${v("z", below)}</sup>`;

/** @type {(above: string, below: string) => string} */
const fraction = (above, below) => `<span class="fraction"><span>${above}</span><span>${below}</span></span>`;
const SIGMA = '<span class="sigma">Σ</span>';

/** Pixel by pixel goes without saying. @type {(stride: readonly number[]) => string} */
const strides = (stride) => (stride.every((step) => step === 1) ? "" : `, ${pace(stride)}`);

/** @type {Record<string, (attrs: Node["attrs"], biased: boolean) => Words>} */
const WORDS = {
  input: () => ({
    formula: `${Y} = ${fraction("pixel − mean", "standard deviation")}`,
    said: "All that the network ever sees: one number a pixel.",
  }),
  conv: ({ kernel, stride }, biased) => ({
    formula: `${Y} = ${SIGMA} ${v("x", "patch")} · ${v("w", "kernel")}${biased ? ` + ${v("b")}` : ""}`,
    said:
      `One kernel of ${kernel[0]}×${kernel[1]} numbers slides over the map${strides(stride)}. Wherever the ` +
      "picture under it resembles the kernel, the sum is large. The sums of all input maps are added up.",
  }),
  linear: (_, biased) => ({
    formula:
      `${v("y", J)} = ${SIGMA}<sub>${I}</sub> ${v("x", I)} · ${v("w", `${I}${J}`)}` +
      (biased ? ` + ${v("b", J)}` : ""),
    said: "Every input is weighed for or against, and all is added up. The weights look like a template.",
  }),
  maxpool: () => ({
    formula: `${Y} = max ${v("x", "window")}`,
    said: "Of each window only the largest number is kept. What was found stays; exactly where, is given up.",
  }),
  avgpool: () => ({
    formula: `${Y} = ${fraction("1", "<i>n</i>")} ${SIGMA} ${v("x", "window")}`,
    said: "Each window becomes its mean: a smaller, slightly blurred map.",
  }),
  batchnorm: () => ({
    formula: `${Y} = ${fraction(`${X} − ${v("μ")}`, `√(${v("σ")}<sup>2</sup> + ε)`)} · ${v("γ")} + ${v("β")}`,
    said:
      "By what was usual in training each map is brought to a common size; then it is stretched " +
      "and shifted.",
  }),
  relu: () => ({
    formula: `${Y} = max(0, ${X})`,
    said:
      "What is negative becomes 0, the rest stays. Without such a bend, all layers together would " +
      "be one big sum.",
  }),
  leaky_relu: ({ slope }) => ({
    formula: `${Y} = ${X} above 0, ${slope} · ${X} below`,
    said: "As ReLU, but a little of what is negative leaks through, so that no unit falls silent for good.",
  }),
  gelu: () => ({
    formula: `${Y} = ${X} · Φ(${X})`,
    said: "A ReLU with a soft corner: each number times the share of the normal distribution below it.",
  }),
  silu: () => ({
    formula: `${Y} = ${fraction(X, `1 + <i>e</i><sup>−${X}</sup>`)}`,
    said: "A ReLU with a soft corner, and a small dip just below 0.",
  }),
  tanh: () => ({
    formula: `${Y} = tanh ${X}`,
    said: "Small numbers pass nearly unchanged; large ones are pressed towards −1 and 1.",
  }),
  sigmoid: () => ({
    formula: `${Y} = ${fraction("1", `1 + <i>e</i><sup>−${X}</sup>`)}`,
    said: "Every number becomes one between 0 and 1: a switch with a soft spring.",
  }),
  add: () => ({
    formula: `${Y} = ${v("x", "1")} + ${v("x", "2")}`,
    said:
      "Two paths meet. One often carries the picture on as it was: the other need only learn what " +
      "to change.",
  }),
  concat: () => ({
    formula: `${Y} = (${v("x", "1")}, ${v("x", "2")}, …)`,
    said: "The maps of several paths are laid one behind the other; nothing is computed.",
  }),
  flatten: () => ({
    formula: `place = (map − 1) · <i>height</i> · <i>width</i> + (row − 1) · <i>width</i> + column`,
    said: "The maps are read like a book, row after row, into one long list. Here each map is one row of it.",
  }),
  dropout: () => ({
    formula: `${Y} = ${X}`,
    said:
      "In training some numbers are put out by chance, lest the network rely on any one. In use " +
      "all pass.",
  }),
  mean: () => ({
    formula: `${Y} = ${fraction("1", "<i>n</i>")} ${SIGMA} ${X}`,
    said: "A whole map becomes one number: how much of it was found, not where.",
  }),
  softmax: () => ({
    formula: `${v("p", J)} = ${fraction(power(J), `${SIGMA}<sub>${K}</sub> ${power(K)}`)}`,
    said:
      "Every logit becomes a power of e, every power a share of their sum: the shares are the " +
      "probabilities.",
  }),
};

/**
 * @param {string} op
 * @param {Node["attrs"]} attrs
 * @param {boolean} biased  whether a bias is added to its sum
 */
export function wordsOf(op, attrs, biased) {
  return WORDS[op](attrs, biased);
}
