// One recording as the page reads it: what it is, its frames, its digits, each fetched once.

/** @import {Numbers} from "#app/net/safetensors.js" */
/** @import {Shape, Weights} from "#app/net/types.js" */
/** @import {Source} from "#app/source/source.js" */

import { FileError, HandlensError } from "#app/errors.js";
import { Outcomes } from "#app/look/outcomes.js";
import { Graph } from "#app/net/graph.js";
import { readArrays, readTensors } from "#app/net/safetensors.js";
import { same, size, text } from "#app/net/shapes.js";
import { readAbout } from "#app/source/about.js";
import { Queue } from "#app/source/queue.js";

/** @typedef {import("#app/source/about.js").About} About */
/** @typedef {import("#app/source/about.js").Evaluation} Evaluation */
/** @typedef {import("#app/source/about.js").DataSet} DataSet */

/** @typedef {Map<string, {shape: Shape, data: Numbers}>} Arrays  of a file, by name */

/** Items in one block of `digits/`. */
const BLOCK = 250;

// Few enough to leave the browser, which allows six connections to a server, some for events and digits.
const AT_ONCE = 3;
const FACES_AT_ONCE = 2;

/**
 * A set's items, as many as the page can get, in the order of their blocks.
 * @typedef {object} Items
 * @property {Int32Array} indices  in the set
 * @property {Int32Array} labels  the right classes
 * @property {Int32Array} guesses  the last frame's
 */

/**
 * A recording that was opened.
 *
 *     const run = await Run.open(source, "runs/first");
 *     const weights = await run.fetch(run.nearest(300));
 *     const { labels } = await run.set("test");
 *     const pixels = await run.digit("test", 17);      // [channels, height, width], 0…1
 */
export class Run {
  /** @type {Map<number, Weights>} */
  #frames = new Map();
  /** Those on their way. @type {Map<number, Promise<Weights>>} */
  #fetching = new Map();
  /** @type {Map<string, Promise<Items>>} */
  #sets = new Map();
  /** @type {Map<string, Promise<{shape: Shape, data: Numbers}>>} */
  #blocks = new Map();
  /** Blocks that are here. @type {Map<string, {shape: Shape, data: Numbers}>} */
  #faces = new Map();
  /** @type {Map<string, Promise<Arrays>>} */
  #bringing = new Map();
  /** Resources of the rooms that are here. @type {Map<string, Arrays>} */
  #parts = new Map();
  /** @type {Map<number, Outcomes>} */
  #outcomes = new Map();
  #queue = new Queue(AT_ONCE);
  #faceQueue = new Queue(FACES_AT_ONCE);
  #looks = 0;
  #seen = 0;

  /**
   * @param {Source} source
   * @param {string} id
   * @returns {Promise<Run>}
   */
  static async open(source, id) {
    return new Run(source, id, readAbout(await source.read(id, "run.json"), "run.json"));
  }

  /**
   * Use `Run.open`.
   * @param {Source} source
   * @param {string} id
   * @param {About} about
   */
  constructor(source, id, about) {
    this.source = source;
    this.id = id;
    this.about = about;
    this.graph = new Graph(about.graph);
  }

  /** The steps of all frames, ascending. */
  get steps() {
    return this.about.frames;
  }

  /**
   * The frame nearest to a step; of two equally near ones the earlier.
   * @param {number} step
   */
  nearest(step) {
    const { steps } = this;
    let [low, high] = [0, steps.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (2 * step > steps[middle] + steps[middle + 1]) low = middle + 1;
      else high = middle;
    }
    return steps[low];
  }

  /**
   * A frame's weights, if they are here.
   * @param {number} step
   */
  weights(step) {
    return this.#frames.get(step);
  }

  /**
   * A frame's weights, here or brought. The latest wish comes first.
   * @param {number} step  of a frame
   * @returns {Promise<Weights>}
   */
  async fetch(step) {
    const here = this.#frames.get(step);
    if (here !== undefined) return here;
    return once(this.#fetching, step, async () => {
      try {
        const weights = await this.#queue.run(() => this.#frame(step));
        if (this.steps.includes(step)) this.#frames.set(step, weights);
        return weights;
      } finally {
        this.#fetching.delete(step);
      }
    });
  }

  /**
   * @param {string} name
   * @returns {Promise<Items>}
   */
  set(name) {
    return once(this.#sets, name, async () => {
      const { held } = this.#describe(name);
      const key = `sets/${name}.safetensors`;
      return itemsOf(readArrays(await this.#read(key), key), held, key);
    });
  }

  /**
   * The place in `set(name)` of the item with that index in the set; undefined where the page can't get it.
   * @param {string} name
   * @param {number} index
   */
  async position(name, index) {
    const place = (await this.set(name)).indices.indexOf(index);
    return place < 0 ? undefined : place;
  }

  /**
   * An item's image, [channels, height, width] row by row, 0…1: the caller's own.
   * @param {string} name
   * @param {number} position  in `set(name)`
   * @returns {Promise<Float32Array>}
   */
  async digit(name, position) {
    const { held } = this.#describe(name);
    if (!(Number.isInteger(position) && position >= 0 && position < held)) {
      throw new HandlensError(`${name} holds no item at place ${position}; it has 0 to ${held - 1}`);
    }
    const key = blockOf(name, position);
    const { shape } = await this.#bringBlock(key);
    const face = this.face(name, position);
    if (face === undefined) {
      throw new FileError(`${key}: ${shape[0]} images, none at place ${position % BLOCK}`);
    }
    const whole = face instanceof Uint8Array ? 255 : 1;
    return Float32Array.from(face, (value) => value / whole);
  }

  /**
   * An item's image as it was sent, if it is here: bytes 0…255 or numbers 0…1, not to be written to.
   * @param {string} name
   * @param {number} position
   * @returns {Uint8Array | Float32Array | undefined}
   */
  face(name, position) {
    const images = this.#faces.get(blockOf(name, position))?.data;
    const length = size(this.graph.input.shape);
    const from = (position % BLOCK) * length;
    if (images === undefined || from >= images.length) return undefined;
    return /** @type {Uint8Array | Float32Array} */ (images.subarray(from, from + length));
  }

  /**
   * Bring images, so that `face` gives them: a few blocks at a time, the latest wish first.
   * @param {string} name
   * @param {Iterable<number>} positions
   */
  async bringFaces(name, positions) {
    const keys = new Set([...positions].map((position) => blockOf(name, position)));
    await Promise.all([...keys].map((key) => this.#bringBlock(key)));
  }

  /** Whether there are resources of the rooms whose keys begin so. @param {string} part */
  has(part) {
    return this.about.rooms?.parts.includes(part) ?? false;
  }

  /** A resource of the rooms, if it is here. @param {string} key */
  partHere(key) {
    return this.#parts.get(key);
  }

  /**
   * A resource of the rooms, here or brought. The latest wish comes first.
   * @param {string} key
   */
  part(key) {
    return once(this.#bringing, key, async () => {
      const arrays = readArrays(await this.#queue.run(() => this.#read(key)), key);
      this.#parts.set(key, arrays);
      return arrays;
    });
  }

  /**
   * What the network of a frame answers to the items of the rooms' set, if it is here.
   * @param {number} step  of a frame
   */
  outcomes(step) {
    return this.#outcomes.get(step);
  }

  /**
   * The same, here or brought.
   * @param {number} step
   */
  async fetchOutcomes(step) {
    const set = this.about.rooms?.set;
    if (set === undefined) throw new HandlensError("the recording has no set to look at");
    const key = `outputs/${set}/${step}.safetensors`;
    const arrays = await this.part(key);
    const made = this.#outcomes.get(step) ?? new Outcomes(step, set, this.graph.classes.length, arrays, key);
    if (this.about.rooms?.set === set) this.#outcomes.set(step, made);
    return made;
  }

  /** Look again at a recording that grows: frames may have come, and gone. Of two looks the later counts. */
  async refresh() {
    const look = ++this.#looks;
    const about = readAbout(await this.source.read(this.id, "run.json"), "run.json");
    if (look < this.#seen) return; // answered after a later one
    this.#seen = look;
    if (about.created !== this.about.created || !alike(about.graph, this.about.graph)) {
      throw new HandlensError(`${this.id} is another recording now; load the page again to see it`);
    }
    const last = this.steps[this.steps.length - 1];
    if (about.status !== this.about.status) this.#forget(); // the rooms may look at another set now
    this.about = about;
    for (const step of this.#frames.keys()) if (!about.frames.includes(step)) this.#frames.delete(step);
    // Guesses are the last frame's.
    if (about.frames[about.frames.length - 1] !== last) this.#sets.clear();
  }

  #forget() {
    this.#bringing.clear();
    this.#parts.clear();
    this.#outcomes.clear();
  }

  /** @param {string} key */
  #bringBlock(key) {
    return once(this.#blocks, key, async () => {
      const images = await this.#faceQueue.run(() => this.#block(key));
      this.#faces.set(key, images);
      return images;
    });
  }

  /** @param {number} step */
  async #frame(step) {
    const key = `frames/${step}.safetensors`;
    const weights = readTensors(await this.#read(key), key);
    this.graph.checkWeights(weights, key);
    return weights;
  }

  /** @param {string} key */
  async #block(key) {
    const images = readArrays(await this.#read(key), key).get("images");
    const { shape } = this.graph.input;
    const data = images?.data;
    const pixels = data instanceof Uint8Array || data instanceof Float32Array;
    if (images === undefined || !pixels || !same(images.shape.slice(1), shape)) {
      throw new FileError(`${key}: 'images' must be bytes or float32, [n, ${shape.join(", ")}]`);
    }
    return images;
  }

  /**
   * @param {string} key
   * @returns {Promise<ArrayBuffer>}
   */
  async #read(key) {
    const bytes = await this.source.read(this.id, key);
    const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
    return /** @type {ArrayBuffer} */ (whole.buffer);
  }

  /**
   * @param {string} name
   * @returns {DataSet}
   */
  #describe(name) {
    const found = this.about.sets.find((set) => set.name === name);
    if (found !== undefined) return found;
    const known = this.about.sets.map((set) => set.name).join(", ");
    throw new HandlensError(`the recording has no set '${name}'; it has ${known || "none"}`);
  }
}

/**
 * The key of an image's block.
 * @param {string} name
 * @param {number} position
 */
function blockOf(name, position) {
  return `digits/${name}/${Math.floor(position / BLOCK)}.safetensors`;
}

/**
 * What a key's first wish gave or will give; one that failed may be tried again.
 * @template K, T
 * @param {Map<K, Promise<T>>} kept
 * @param {K} key
 * @param {() => Promise<T>} make
 * @returns {Promise<T>}
 */
function once(kept, key, make) {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = make();
  kept.set(key, made);
  made.catch(() => kept.get(key) === made && kept.delete(key));
  return made;
}

/**
 * @param {Arrays} arrays
 * @param {number} held
 * @param {string} key
 * @returns {Items}
 */
function itemsOf(arrays, held, key) {
  const [indices, labels, guesses] = ["indices", "labels", "guesses"].map((name) => {
    const found = arrays.get(name);
    if (!(found?.data instanceof Int32Array) || !same(found.shape, [held])) {
      const shape = found === undefined ? "missing" : text(found.shape);
      throw new FileError(`${key}: '${name}' must be whole numbers, [${held}]; it is ${shape}`);
    }
    return found.data;
  });
  return { indices, labels, guesses };
}

/**
 * @param {unknown} one
 * @param {unknown} other
 */
function alike(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
