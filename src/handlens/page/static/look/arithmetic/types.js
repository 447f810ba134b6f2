// How a number came about, operation by operation: types only.

/** @import {MapPlace, UnitPlace} from "#app/look/place.js" */
/** @import {Node, Shape} from "#app/net/types.js" */

/**
 * What an explanation starts from.
 * @typedef {object} Context
 * @property {Node} node
 * @property {number} index  in what the node gives
 * @property {number} value
 * @property {Shape} shape
 * @property {Shape[]} sources  of what it reads
 * @property {Float32Array[]} inputs
 * @property {(role: string) => Float32Array | undefined} role  its tensors
 */

/**
 * What every explanation holds.
 * @template {string} Op
 * @template Place
 * @typedef {object} About
 * @property {Op} op
 * @property {string} stage
 * @property {number} index
 * @property {Place} place
 * @property {number} value
 * @property {string} text  the formula in a line
 */

/** @typedef {MapPlace | UnitPlace} AnyPlace */

/**
 * value = Σ patch × kernel + bias.
 * @typedef {About<"conv", MapPlace> & {
 *   patch: Float32Array,
 *   inside: Uint8Array,
 *   kernel: Float32Array,
 *   shape: [number, number, number],
 *   channels: Float64Array,
 *   first: number,
 *   bias: number | undefined,
 * }} ConvArithmetic  patch (0 in the margins) and kernel [channels, height, width] = shape;
 *   inside [height, width], 0 in the margins; channels: the sum of each; first: the map of the input that
 *   channel 0 is, above 0 in groups; bias: undefined where it has none
 */

/** @typedef {{index: number, input: number, weight: number, product: number}} Term  index: in the input */

/**
 * value = Σ input × weight + bias.
 * @typedef {About<"linear", AnyPlace> & {
 *   inputs: Float32Array, weights: Float32Array, terms: Term[], bias: number | undefined,
 * }} LinearArithmetic  terms: the largest product first, of either sign; bias: undefined where it has none
 */

/**
 * The largest of the window, at `winner` in it; or the sum of what is inside, divided by count.
 * @typedef {About<"maxpool" | "avgpool", MapPlace> & {
 *   window: Float32Array, inside: Uint8Array, winner: number, count: number,
 * }} PoolArithmetic  window and inside [height, width] of the kernel; winner -1 where it is a mean
 */

/**
 * @typedef {About<"relu" | "leaky_relu" | "gelu" | "silu" | "tanh" | "sigmoid", AnyPlace> & {
 *   input: number,
 * }} ActivationArithmetic
 */

/**
 * value = (input - mean) / √(var + eps) × weight + bias.
 * @typedef {About<"batchnorm", AnyPlace> & {
 *   input: number, mean: number, var: number, weight: number, bias: number, eps: number,
 * }} BatchnormArithmetic  weight 1 and bias 0 where it has none
 */

/** @typedef {{stage: string, index: number}} Source */

/** @typedef {About<"add", AnyPlace> & {parts: (Source & {value: number})[]}} AddArithmetic */

/** @typedef {About<"flatten" | "concat" | "dropout", AnyPlace> & {from: Source}} MovedArithmetic */

/** @typedef {About<"mean", AnyPlace> & {sum: number, count: number}} MeanArithmetic  value = sum / count */

/**
 * value = exponentials[place on the axis] / sum.
 * @typedef {About<"softmax", AnyPlace> & {
 *   logits: Float32Array, exponentials: Float64Array, sum: number, current: number,
 * }} SoftmaxArithmetic  exponentials: e to each logit less the largest; current: which one is looked at
 */

/** @typedef {About<"input", MapPlace> & {pixel: number, mean: number, std: number}} InputArithmetic */

/**
 * @typedef {ConvArithmetic | LinearArithmetic | PoolArithmetic | ActivationArithmetic | BatchnormArithmetic
 *   | AddArithmetic | MovedArithmetic | MeanArithmetic | SoftmaxArithmetic | InputArithmetic} Arithmetic
 */

export {};
