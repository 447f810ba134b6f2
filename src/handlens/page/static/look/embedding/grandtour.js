// The linear view: probabilities times an orthogonal matrix, of which the first two columns are seen. Its rows are
// where the classes' axes point; they begin on a ring, can be dragged, and can turn by themselves.
//
// Li, Zhao and Scheidegger, "Visualizing Neural Networks with the Grand Tour", Distill (2020): what is dragged is one
// row; the others give way as little as orthogonality allows.

/** Below this a row has no direction to speak of. */
const TINY = 1e-6;

/** Revolutions a second of the planes that the tour turns in; no two have a common measure. */
const PACE = 0.012;

/**
 * An orthogonal matrix and how it is seen: a class's axis ends at `size` times the first two numbers of its row, so
 * that on the ring every axis has the length 1.
 */
export class GrandTour {
  /** @param {number[]} order  of the classes around the ring, the first on top, clockwise */
  constructor(order) {
    const classes = order.length;
    this.classes = classes;
    this.order = order;
    /** Rows and columns: a plane is seen even of a single class. */
    this.side = Math.max(classes, 2);
    this.size = Math.sqrt(this.side / 2);
    this.matrix = new Float64Array(this.side * this.side);
    this.reset();
  }

  /** Back to the ring. */
  reset() {
    const { order, side } = this;
    const ends = new Float64Array(2 * side);
    order.forEach((k, i) => {
      const angle = angleOf(i, order.length);
      ends[2 * k] = Math.sin(angle);
      ends[2 * k + 1] = Math.cos(angle);
    });
    if (order.length === 1) ends[2] = 1; // the second row, which no class has
    this.#complete(ends);
    this.onRing = true;
  }

  /** Where the classes' axes end: x to the right and y upward of each class. */
  ends() {
    const { matrix, side, size, classes } = this;
    const ends = new Float32Array(2 * classes);
    for (let k = 0; k < classes; k++) {
      ends[2 * k] = size * matrix[k * side];
      ends[2 * k + 1] = size * matrix[k * side + 1];
    }
    return ends;
  }

  /** How far an axis can reach. */
  get reach() {
    return this.size;
  }

  /**
   * Let a class's axis end at a place; what is beyond reach is brought to the rim.
   * @param {number} k
   * @param {number} x
   * @param {number} y
   */
  drag(k, x, y) {
    const { matrix, side, size } = this;
    const beyond = Math.max(Math.hypot(x, y) / size, 1);
    const seen = [x / size / beyond, y / size / beyond];
    const hidden = Math.sqrt(Math.max(1 - seen[0] ** 2 - seen[1] ** 2, 0));
    const row = matrix.subarray(k * side, (k + 1) * side);
    let length = Math.hypot(...row.subarray(2));
    if (length < TINY && side > 2) {
      row[2 + (k % (side - 2))] = TINY; // an axis in the plane may leave it in any direction
      length = Math.hypot(...row.subarray(2));
    }
    for (let i = 2; i < side; i++) row[i] *= length > 0 ? hidden / length : 0;
    [row[0], row[1]] = seen;
    this.#straighten(k);
    this.onRing = false;
  }

  /**
   * Turn every plane of a seen and a hidden direction a little, each at its own pace.
   * @param {number} seconds
   */
  turn(seconds) {
    const { matrix, side } = this;
    for (let hidden = 2; hidden < side; hidden++) {
      for (let seen = 0; seen < 2; seen++) {
        const angle = 2 * Math.PI * PACE * seconds * Math.sqrt(1 + ((hidden * 2 + seen) % 7));
        const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
        for (let row = 0; row < side; row++) {
          const at = row * side;
          const [a, b] = [matrix[at + seen], matrix[at + hidden]];
          matrix[at + seen] = cosine * a - sine * b;
          matrix[at + hidden] = sine * a + cosine * b;
        }
      }
    }
    this.#straighten(0);
    this.onRing = false;
  }

  /**
   * Take a view that was written down: how the hidden directions lie doesn't matter.
   * @param {Float32Array} ends  of `ends`; nearly orthogonal is enough
   */
  place(ends) {
    const whole = new Float64Array(2 * this.side);
    whole.set(ends);
    this.#complete(whole);
    this.onRing = false;
  }

  /**
   * An orthogonal matrix with these first two columns, which are made orthonormal.
   * @param {Float64Array} ends  [side, 2]
   */
  #complete(ends) {
    const { side } = this;
    /** @type {Float64Array[]} */
    const columns = [];
    const add = (/** @type {Float64Array} */ column) => {
      if (columns.length < side && orthonormal(column, columns)) columns.push(column);
    };
    for (let i = 0; i < 2; i++) add(Float64Array.from({ length: side }, (_, row) => ends[2 * row + i]));
    for (let i = 0; i < side; i++) add(Float64Array.from({ length: side }, (_, row) => Number(row === i)));
    columns.forEach((column, i) => column.forEach((value, row) => (this.matrix[row * side + i] = value)));
  }

  /** Make the rows orthonormal again; one of them stays as it is. @param {number} kept */
  #straighten(kept) {
    const { matrix, side } = this;
    const rows = Array.from({ length: side }, (_, i) => (kept + i) % side);
    /** @type {Float64Array[]} */
    const done = [];
    for (const i of rows) {
      const row = matrix.subarray(i * side, (i + 1) * side);
      for (let axis = 0; !orthonormal(row, done); axis++) row.fill(0).fill(1, axis, axis + 1);
      done.push(row);
    }
  }
}

/**
 * Where on the circle a class stands, clockwise from the top. Two classes stand at a right angle: opposite ones
 * would span no plane.
 * @param {number} place
 * @param {number} classes
 */
function angleOf(place, classes) {
  return classes === 2 ? ((2 * place - 1) * Math.PI) / 4 : (2 * Math.PI * place) / classes;
}

/**
 * Take from a vector, in place, what it has of others, and give it the length 1; twice, against rounding.
 * @param {Float64Array} vector
 * @param {Float64Array[]} others  orthonormal
 * @returns {boolean}  whether anything was left
 */
function orthonormal(vector, others) {
  for (let again = 0; again < 2; again++) {
    for (const other of others) {
      let product = 0;
      for (let i = 0; i < vector.length; i++) product += vector[i] * other[i];
      for (let i = 0; i < vector.length; i++) vector[i] -= product * other[i];
    }
    const length = Math.hypot(...vector);
    if (length < TINY) return false;
    for (let i = 0; i < vector.length; i++) vector[i] /= length;
  }
  return true;
}
