// The timeline's axis: steps to places and back.

/**
 * "frames": every frame takes as much room as another, so that the eventful first steps are wide;
 * "steps": every step does.
 * @typedef {"frames" | "steps"} AxisKind
 */

/** Pixels between two labels. */
const ROOM = 60;

/**
 *     const axis = new Axis([0, 1, 2, 4], 4, "frames");
 *     axis.place(1);     // 1 / 3
 *     axis.step(0.5);    // 2: halfway between steps 1 and 2, rounded
 *     axis.ticks(200);   // [0, 1, 2, 4]
 */
export class Axis {
  /** Steps at evenly spaced places; those between lie on straight lines. @type {number[]} */
  #knots;
  #frames;

  /**
   * @param {readonly number[]} frames  their steps, ascending
   * @param {number} total  the last step known of; it may lie beyond the last frame
   * @param {AxisKind} kind
   */
  constructor(frames, total, kind) {
    this.#frames = frames;
    const [first, last] = [frames[0], frames[frames.length - 1]];
    const end = Math.max(total, last);
    // One frame alone is a network that ships: its whole training lies before it.
    this.kind = frames.length > 1 ? kind : "steps";
    if (this.kind === "frames") this.#knots = end > last ? [...frames, end] : [...frames];
    else this.#knots = end > 0 ? [frames.length > 1 ? first : 0, end] : [0];
  }

  /**
   * @param {number} step
   * @returns {number} 0…1
   */
  place(step) {
    const knots = this.#knots;
    const last = knots.length - 1;
    if (!(step > knots[0])) return 0;
    if (step >= knots[last]) return last === 0 ? 0 : 1;
    let [low, high] = [0, last];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (knots[middle] <= step) low = middle;
      else high = middle;
    }
    return (low + (step - knots[low]) / (knots[high] - knots[low])) / last;
  }

  /**
   * The step at a place, whole; exactly a frame's at that frame's place.
   * @param {number} place  0…1; beyond, as at the end
   */
  step(place) {
    const knots = this.#knots;
    const last = knots.length - 1;
    const at = Math.min(Math.max(place, 0), 1) * last;
    const low = Math.min(Math.floor(at), Math.max(last - 1, 0));
    const high = Math.min(low + 1, last);
    return Math.round(knots[low] + (at - low) * (knots[high] - knots[low]));
  }

  /**
   * The steps to be named on an axis of so many pixels: 0, the powers of two that are frames, and the last
   * frame; or round numbers. At least 60 pixels lie between two.
   * @param {number} width
   * @returns {number[]}
   */
  ticks(width) {
    return this.kind === "frames" ? this.#octaves(width) : this.#round(width);
  }

  /** @param {number} width */
  #octaves(width) {
    const frames = this.#frames;
    const last = frames[frames.length - 1];
    const room = ROOM / width;
    const ticks = [frames[0]];
    for (const step of frames) {
      if (!Number.isInteger(Math.log2(step))) continue;
      const place = this.place(step);
      const before = this.place(ticks[ticks.length - 1]);
      if (place - before >= room && this.place(last) - place >= room) ticks.push(step);
    }
    return this.place(last) - this.place(frames[0]) >= room ? [...ticks, last] : ticks;
  }

  /** @param {number} width */
  #round(width) {
    const [from, to] = [this.#knots[0], this.#knots[this.#knots.length - 1]];
    const least = Math.max(((to - from) * ROOM) / width, 1);
    const power = 10 ** Math.floor(Math.log10(least));
    const apart = [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= least) ?? 10 * power;
    const first = Math.ceil(from / apart);
    return Array.from({ length: Math.floor(to / apart) - first + 1 }, (_, i) => (first + i) * apart);
  }
}
