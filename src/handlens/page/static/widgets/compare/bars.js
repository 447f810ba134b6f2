// What both answer to the input: two bars a class.

import { h, write } from "#app/widgets/dom.js";
import { percent } from "#app/widgets/words.js";

const MOST = 12; // classes that have a place

export class Bars {
  #list = h("div", { class: "compare-bars", role: "img" });
  /** @type {{element: HTMLElement, name: HTMLElement, bars: HTMLElement[]}[]} */
  #columns = [];

  constructor() {
    this.element = h("figure", {}, h("figcaption", {}, "Answers to the input"), this.#list);
  }

  /**
   * @param {string[]} classes  of both
   * @param {ArrayLike<number>[]} answers  this one's, the other's
   * @param {number | null} label  of the input
   */
  update(classes, answers, label) {
    const shown = order(classes.length, answers);
    while (this.#columns.length < shown.length) this.#add();
    const said = shown.map((k, i) => {
      const { element, name, bars } = this.#columns[i];
      write(name, classes[k]);
      element.classList.toggle("right", k === label);
      bars.forEach((bar, side) => {
        bar.style.transform = `scaleY(${(answers[side][k] || 0).toFixed(4)})`;
      });
      return `${classes[k]}: ${answers.map((each) => percent(each[k], 0)).join(" and ")}`;
    });
    this.#list.setAttribute("aria-label", said.join("; "));
  }

  #add() {
    const bars = [0, 1].map((side) => h("i", { class: `of-${side}` }));
    const name = h("span", {});
    const element = h("div", {}, h("div", { class: "compare-pair" }, ...bars), name);
    this.#columns.push({ element, name, bars });
    this.#list.append(element);
  }
}

/**
 * All in their order; of many those that either finds likeliest.
 * @param {number} count
 * @param {ArrayLike<number>[]} answers
 */
function order(count, answers) {
  const all = Array.from({ length: count }, (_, k) => k);
  if (count <= MOST) return all;
  const best = (/** @type {number} */ k) => Math.max(...answers.map((each) => each[k]));
  return all.sort((a, b) => best(b) - best(a)).slice(0, MOST);
}
