// The training that is shown, led by hand: pause it, stop it, change its rate, go on with it.

/** @import {View} from "#app/app/view.js" */
/** @import {LiveFacts, Wish} from "#app/source/live.js" */
/** @import {About} from "#app/source/run.js" */

import { isPaused, marksOf, rateAt } from "#app/look/changes.js";
import { number } from "#app/look/numbers.js";
import { paceOf, progressWords, titleOf, updatesOf } from "#app/look/train/words.js";
import { h, write } from "#app/widgets/dom.js";
import { Rate } from "#app/widgets/train/rate.js";
import { counted } from "#app/widgets/words.js";

const LOOKS = 6; // at a training, that its pace is worked out from

/** @typedef {(wish: Wish, value?: number) => Promise<void>} Tell  throws the server's sentence */

export class Lead {
  #tell;
  #title = h("h3", {});
  #told = h("p", { class: "train-told" });
  #failure = h("p", {});
  #bar = h("progress", { "aria-label": "Updates done" });
  #pause = h("button", { type: "button", class: "main" });
  #stop = h("button", { type: "button" }, "Stop");
  #resume = h("button", { type: "button", class: "main" }, "Go on with it");
  #rate = new Rate((rate) => this.#wish("change", rate));
  #holds = h("span", { class: "quiet-text" });
  #rates = h("div", { class: "train-rates" });
  #asked = h("p", { class: "quiet-text", role: "status" });
  #fault = h("p", { class: "train-fault", role: "alert" });
  #marks = h("p", { class: "quiet-text" });
  /** @type {{step: number, time: number}[]} */
  #seen = [];
  /** @type {About | undefined} */
  #about;

  /** @param {Tell} tell */
  constructor(tell) {
    this.#tell = tell;
    this.#pause.addEventListener("click", () => {
      this.#wish(this.#about !== undefined && isPaused(this.#about) ? "go on" : "pause");
    });
    this.#stop.addEventListener("click", () => this.#wish("stop"));
    this.#resume.addEventListener("click", () => this.#wish("resume"));
    this.#rates.append(h("strong", {}, "Learning rate"), this.#rate.element, this.#holds);
    const buttons = h("div", { class: "train-buttons" }, this.#pause, this.#resume, this.#stop);
    const head = h("div", { class: "train-head" }, this.#title, this.#told);
    this.element = h(
      "section",
      { class: "train-lead", "aria-label": "The training that is shown" },
      ...[head, this.#failure, this.#bar, buttons, this.#rates, this.#asked, this.#fault, this.#marks],
    );
  }

  /**
   * @param {View} view
   * @param {LiveFacts} facts
   */
  update({ run, lost }, { running, digits }) {
    const { about } = run;
    const led = running.find((training) => training.run === run.id);
    if (about !== this.#about) this.#look(about);
    const runs = about.status === "running";
    const paused = runs && isPaused(about);
    const total = led?.total ?? updatesOf(about.recipe, digits);
    this.element.hidden = about.status === "finished" && about.changes.length === 0;
    write(this.#title, titleOf(about, paused, lost));
    if (lost) this.#seen = [];
    const pace = runs && !paused ? paceOf(this.#seen) : null;
    if (lost) write(this.#told, "The server doesn't answer; is 'handlens view' still running?");
    else if (runs && led === undefined)
      write(this.#told, "Another program trains it: only that one can lead it.");
    else write(this.#told, progressWords(about.total, total, pace));
    write(this.#failure, about.status === "failed" ? (about.result?.failure ?? "") : "");
    this.#bar.hidden = total === null;
    this.#bar.max = total ?? 1;
    this.#bar.value = about.total;
    write(this.#pause, paused ? "Go on" : "Pause");
    this.#pause.hidden = this.#stop.hidden = this.#rates.hidden = led === undefined || !runs || lost;
    this.#resume.hidden = lost || about.status !== "interrupted" || about.recipe === null;
    const rate = rateAt(about, Infinity);
    if (rate !== undefined) this.#rate.update(rate);
    write(this.#holds, rate === undefined ? "" : rateWords(about, rate));
    this.#tellMarks(about);
  }

  /** What the recording tells anew. @param {About} about */
  #look(about) {
    if (about.status !== this.#about?.status || about.changes.length !== this.#about?.changes.length) {
      write(this.#asked, "");
      this.#seen = [];
    }
    this.#about = about;
    this.#seen = [...this.#seen, { step: about.total, time: performance.now() }].slice(-LOOKS);
  }

  /** @param {About} about */
  #tellMarks(about) {
    const marks = marksOf(about).map(({ step, text }) => `${text} at step ${counted(step)}`);
    write(this.#marks, marks.length === 0 ? "" : `Done by hand: ${marks.join("; ")}.`);
    this.#marks.hidden = marks.length === 0;
  }

  /**
   * @param {Wish} wish
   * @param {number} [value]
   */
  async #wish(wish, value) {
    const buttons = [this.#pause, this.#stop, this.#resume];
    for (const button of buttons) button.disabled = true;
    write(this.#fault, "");
    try {
      await this.#tell(wish, value);
      write(this.#asked, ASKED[wish](value));
    } catch (error) {
      write(this.#fault, error instanceof Error ? error.message : String(error));
    }
    for (const button of buttons) button.disabled = false;
  }
}

/** @type {Record<Wish, (value?: number) => string>} */
const ASKED = {
  pause: () => "It pauses when its present update is done.",
  "go on": () => "It goes on.",
  stop: () => "It saves all that it needs to go on, and stops.",
  resume: () => "It goes on from where it stopped.",
  change: (value) => `From its next update on the rate is ${number(value ?? NaN)}.`,
};

/**
 * @param {About} about
 * @param {number} rate
 */
function rateWords({ recipe }, rate) {
  const said = `now ${number(rate)}`;
  return recipe?.schedule === "one-cycle" ? `${said}, the peak of its schedule` : said;
}
