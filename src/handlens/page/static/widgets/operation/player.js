// Moves a window on, step by step or by itself.

import { h, write } from "#app/widgets/dom.js";

const SPEEDS = [2, 8, 30];

export class Player {
  #timer = 0;
  #speed = 8;
  #step;
  #play = h("button", { type: "button", class: "main", "data-role": "slide" }, "Slide");

  /** @param {(by: 1 | -1) => void} step */
  constructor(step) {
    this.#step = step;
    const by = (/** @type {1 | -1} */ way) => () => {
      this.pause();
      step(way);
    };
    const back = h("button", { type: "button", "aria-label": "One position back", onclick: by(-1) }, "‹");
    const on = h("button", { type: "button", "aria-label": "One position on", onclick: by(1) }, "Step ›");
    const option = (/** @type {number} */ speed) =>
      h("option", { value: speed, selected: speed === this.#speed }, `${speed} a second`);
    const speeds = h("select", { "aria-label": "Speed of the window" }, ...SPEEDS.map(option));
    speeds.addEventListener("change", () => this.#hasten(Number(speeds.value)));
    this.#play.addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    this.element = h("div", { class: "player" }, this.#play, back, on, speeds);
  }

  get playing() {
    return this.#timer !== 0;
  }

  play() {
    if (this.playing) return;
    this.#timer = window.setInterval(() => this.#step(1), 1000 / this.#speed);
    write(this.#play, "Pause");
  }

  pause() {
    window.clearInterval(this.#timer);
    this.#timer = 0;
    write(this.#play, "Slide");
  }

  /** @param {number} speed  positions a second */
  #hasten(speed) {
    this.#speed = speed;
    if (!this.playing) return;
    this.pause();
    this.play();
  }
}
