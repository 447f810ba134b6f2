// The words that the network's modules share, for the type checker alone.

/** @typedef {readonly number[]} Shape  [channels, height, width] or [features]; never the batch */

/** @typedef {{shape: Shape, data: Float32Array}} Tensor */

/** @typedef {Map<string, Tensor>} Weights  tensors by name, as a frame holds them */

/** @typedef {Record<string, any>} Attrs  a node's attributes, checked by its operation */

/** @typedef {Record<string, Float32Array>} Roles  a node's tensors by role: weight, bias, mean, var */

/**
 * One node made ready to run: sizes worked out, room taken, so that neither direction allocates.
 *
 * `backward` adds to `gradients`, one for each input, what `gradient` (of the node's output) sends back; it
 * may rely on `forward` having been the last call.
 * @typedef {object} Computation
 * @property {(inputs: Float32Array[], output: Float32Array, weights: Roles) => void} forward
 * @property {(gradient: Float32Array, gradients: Float32Array[], inputs: Float32Array[],
 *   output: Float32Array, weights: Roles) => void} backward
 */

/**
 * @typedef {object} Op
 * @property {Record<string, (key: string, value: unknown) => void>} attrs  the check of each attribute
 * @property {(inputs: Shape[], attrs: Attrs) => Shape} shape
 * @property {(source: Shape, attrs: Attrs) => Record<string, Shape>} [weights]  shapes by role
 * @property {string[]} [optional]  roles that may be left out
 * @property {boolean} [manyInputs]
 * @property {(source: Shape, attrs: Attrs) => number} [room]  numbers that it keeps besides its output
 * @property {(inputs: Shape[], output: Shape, attrs: Attrs) => Computation} prepare
 */

/**
 * @typedef {object} Node
 * @property {string} name
 * @property {string} op
 * @property {string[]} inputs
 * @property {Shape} shape
 * @property {Attrs} attrs
 * @property {Record<string, string>} weights  tensors' names by role
 * @property {boolean} stage
 */

export {};
