// What is asked, and of which picture: two lists of classes, the score in question, the pixel pointed at.

/** @import {View} from "#app/app/view.js" */
/** @import {Question} from "#app/look/why/score.js" */
/** @import {Asked} from "#app/look/why/state.js" */

import { number } from "#app/look/numbers.js";
import { scoreOf, seedOf } from "#app/look/why/score.js";
import { colourWords, placeWords, scoreWords } from "#app/look/why/words.js";
import { withArticle } from "#app/reading/words.js";
import { h, write } from "#app/widgets/dom.js";
import { make } from "#app/widgets/network/overlay.js";
import { painted } from "#app/widgets/pixels.js";

const POINT = "Point at a pixel of any map.";

export class Asking {
  #subject = h("select", {});
  #rival = h("select", {});
  #follow = h("option", { value: "" });
  #canvas = h("canvas", { role: "img", "aria-label": "The picture that is asked about" });
  #mark = make("rect", { class: "why-mark", width: "1", height: "1" });
  #over = make("svg", { class: "why-over", preserveAspectRatio: "none", "aria-hidden": "true" });
  #score = h("p", { class: "why-score" });
  #colours = h("p", { class: "quiet-text" });
  #here = h("p", { class: "quiet-text why-here" }, POINT);
  /** @type {View["input"] | null} */
  #input = null;

  /** @param {(asked: Asked) => void} ask */
  constructor(ask) {
    const chosen = (/** @type {HTMLSelectElement} */ { value }) => (value === "" ? null : Number(value));
    const asked = () => ({ subject: chosen(this.#subject), rival: chosen(this.#rival) });
    this.#subject.addEventListener("change", () => ask(asked()));
    this.#rival.addEventListener("change", () => {
      // A rival needs a subject that stays: else the answer itself might become its own rival.
      ask({ ...asked(), subject: Number(this.#subject.value || this.#follow.dataset.class) });
    });
    this.#over.append(this.#mark);
    this.element = h(
      "div",
      { class: "why-asked" },
      h(
        "div",
        { class: "why-question" },
        h("label", {}, h("span", {}, "Why "), this.#subject),
        h("label", {}, h("span", {}, "rather than "), this.#rival),
      ),
      h("div", { class: "why-holder why-picture" }, this.#canvas, this.#over),
      h("div", { class: "why-told" }, this.#score, this.#here, this.#colours),
    );
  }

  /** @param {View} view */
  build({ run }) {
    const { classes, input } = run.graph;
    const [, height, width] = input.shape;
    const option = (/** @type {string} */ name, /** @type {number} */ k) =>
      h("option", { value: k }, withArticle(name));
    this.#subject.append(this.#follow, ...classes.map(option));
    this.#rival.append(h("option", { value: "" }, "anything else"), ...classes.map(option));
    this.#over.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const holder = /** @type {HTMLElement} */ (this.#canvas.parentElement);
    holder.style.setProperty("--shape", String(width / height));
  }

  /**
   * @param {View} view
   * @param {Asked} asked
   * @param {Question} question
   * @param {number} answer
   */
  update({ run, input, logits }, asked, question, answer) {
    const { classes } = run.graph;
    this.#follow.dataset.class = String(answer);
    const answered = logits.every(Number.isFinite);
    write(this.#follow, answered ? `${withArticle(classes[answer])} (its answer)` : "nothing (no answer)");
    this.#subject.value = String(asked.subject ?? "");
    this.#rival.value = String(asked.rival ?? "");
    for (const option of this.#rival.options) option.disabled = option.value === String(question.subject);
    write(this.#score, scoreWords(question, scoreOf(logits, seedOf(question, classes.length)), classes));
    write(this.#colours, colourWords(question, classes));
    if (input !== this.#input) painted(input.pixels, run.graph.input.shape, this.#canvas);
    this.#input = input;
  }

  /**
   * @param {View} view
   * @param {number | null} index  the pixel that is pointed at
   */
  point({ run, input }, index) {
    this.#mark.classList.toggle("there", index !== null);
    if (index === null) {
      write(this.#here, POINT);
      return;
    }
    const [channels, height, width] = run.graph.input.shape;
    this.#mark.setAttribute("x", String(index % width));
    this.#mark.setAttribute("y", String(Math.floor(index / width)));
    const values = Array.from({ length: channels }, (_, k) =>
      number(input.pixels[k * height * width + index]),
    );
    const place = placeWords(index, width);
    write(this.#here, `${place[0].toUpperCase()}${place.slice(1)}: ${values.join(", ")} in the picture.`);
  }
}
