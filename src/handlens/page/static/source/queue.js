// A few things at a time.

/**
 * Runs at most so many tasks at once. Of those that wait the latest comes first: on a timeline the last place
 * asked for is where one looks.
 */
export class Queue {
  /** @type {(() => void)[]} */
  #waiting = [];
  #running = 0;

  /** @param {number} most */
  constructor(most) {
    this.most = most;
  }

  /**
   * @template T
   * @param {() => Promise<T>} task
   * @returns {Promise<T>}
   */
  async run(task) {
    if (this.#running >= this.most) {
      await new Promise((resolve) => this.#waiting.push(() => resolve(undefined)));
    } else this.#running++;
    try {
      return await task();
    } finally {
      const next = this.#waiting.pop();
      if (next === undefined) this.#running--;
      else next(); // takes this one's place
    }
  }
}
