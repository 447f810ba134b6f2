// For each operation: what shows how its numbers came about.

/** @import {View} from "#app/app/view.js" */

import { ActivationTerms } from "#app/widgets/lens/activation.js";
import { ConvTerms } from "#app/widgets/lens/conv.js";
import { AddTerms, InputTerms, MeanTerms, MovedTerms } from "#app/widgets/lens/join.js";
import { LinearTerms } from "#app/widgets/lens/linear.js";
import { NormTerms } from "#app/widgets/lens/norm.js";
import { PoolTerms } from "#app/widgets/lens/pool.js";
import { SoftmaxTerms } from "#app/widgets/lens/softmax.js";

/** @typedef {{element: HTMLElement, update: (arithmetic: any, view: View) => void}} Terms */

/** @type {Record<string, new (again: () => void) => Terms>} */
const KINDS = {
  input: InputTerms,
  conv: ConvTerms,
  linear: LinearTerms,
  maxpool: PoolTerms,
  avgpool: PoolTerms,
  batchnorm: NormTerms,
  add: AddTerms,
  concat: MovedTerms,
  flatten: MovedTerms,
  dropout: MovedTerms,
  mean: MeanTerms,
  softmax: SoftmaxTerms,
};

/**
 * @param {string} op
 * @param {() => void} again  called when something was chosen within: time to update
 * @returns {Terms}
 */
export function termsOf(op, again) {
  return new (KINDS[op] ?? ActivationTerms)(again);
}
