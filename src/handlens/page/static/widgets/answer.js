// What the network answers: a probability and a logit a class, and since when it has answered so.

/** @import {View} from "#app/app/view.js" */

import { argmax } from "#app/app/model.js";
import { number } from "#app/look/numbers.js";
import { lossOf } from "#app/net/loss.js";
import { withArticle } from "#app/reading/words.js";
import { counted, longest, percent } from "#app/widgets/words.js";
import { h, reserve, write } from "#app/widgets/dom.js";

const STILL = 1000; // milliseconds without a change
const MOST = 12; // classes that are listed; of more, the likeliest

/** @typedef {{row: HTMLElement, name: HTMLElement, bar: HTMLElement, share: HTMLElement, logit: HTMLElement}} Row */

export class Answer {
  #verdict = h("p", { class: "verdict" });
  #voice = h("p", { class: "unseen", "aria-live": "polite" });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #speaking;
  #class = h("strong", { class: "said" });
  #sure = h("span");
  #judged = h("span", { class: "judged" });
  #since = h("span");
  #story = h("p", { class: "since roomy quiet-text" }, this.#since);
  #rows = /** @type {Row[]} */ ([]);
  #list = h("table", { class: "answers" });

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#verdict.append(this.#class, h("span", { class: "how" }, this.#sure, this.#judged));
    element.append(
      h("h2", {}, "Its answer"),
      this.#verdict,
      this.#voice,
      this.#story,
      this.#list,
      explanation(),
    );
  }

  /** @param {View} view */
  update(view) {
    const { run, probabilities, logits, input } = view;
    const { classes } = run.graph;
    if (this.#rows.length === 0) this.#build(classes.length);
    reserve(this.#story, changed(longest(classes), " (wrongly)", run.steps[run.steps.length - 1]));
    const best = argmax(probabilities);
    const known = Number.isFinite(probabilities[best]);
    write(this.#class, known ? classes[best] : "?");
    this.#class.classList.toggle("long", classes[best].length > 3);
    write(
      this.#sure,
      known
        ? `${percent(probabilities[best], 1)} sure`
        : "no answer: its numbers are no longer finite, this training blew up",
    );
    write(this.#judged, known ? judged(input.label, best, classes, logits) : "");
    this.#judged.classList.toggle("wrong", input.label !== null && input.label !== best);
    this.#speak();
    write(this.#since, since(view));
    order(probabilities, this.#rows.length).forEach((k, i) => {
      const { row, name, bar, share, logit } = this.#rows[i];
      write(name, classes[k]);
      write(share, known ? percent(probabilities[k], 1) : "–");
      write(logit, Math.abs(logits[k]) < 1000 ? logits[k].toFixed(2).replace("-", "−") : number(logits[k]));
      bar.style.transform = `scaleX(${known ? probabilities[k].toFixed(4) : 0})`;
      row.classList.toggle("best", known && k === best);
      row.classList.toggle("right", known && k === input.label);
    });
  }

  /** Say the answer once it holds still: neither a stroke nor a film floods a screen reader. */
  #speak() {
    clearTimeout(this.#speaking);
    this.#speaking = setTimeout(() => {
      write(this.#voice, [this.#class, this.#sure, this.#judged].map((part) => part.textContent).join(", "));
    }, STILL);
  }

  /** @param {number} count */
  #build(count) {
    const heads = ["class", "probability", "", "logit"];
    const body = h("tbody");
    for (let i = 0; i < Math.min(count, MOST); i++) {
      const name = h("th", { scope: "row" });
      const bar = h("i");
      const share = h("td", { class: "number" });
      const logit = h("td", { class: "number" });
      const row = h(
        "tr",
        {},
        name,
        h("td", { class: "answer-bar", "aria-hidden": "true" }, bar),
        share,
        logit,
      );
      this.#rows.push({ row, name, bar, share, logit });
      body.append(row);
    }
    const head = heads.map((text, i) => h("th", { scope: "col", class: i === 1 ? "wide" : "" }, text));
    this.#list.append(h("thead", {}, h("tr", {}, ...head)), body);
  }
}

/** Which classes are listed: all in their order, or the likeliest. @param {Float32Array} shares @param {number} most */
function order(shares, most) {
  const places = [...shares.keys()];
  return shares.length <= most ? places : places.sort((a, b) => shares[b] - shares[a]).slice(0, most);
}

/**
 * @param {number | null} label
 * @param {number} best
 * @param {string[]} classes
 * @param {Float32Array} logits
 */
function judged(label, best, classes, logits) {
  if (label === null) return "";
  const loss = lossOf(logits, label);
  const told = Number.isFinite(loss) ? `, loss ${loss < 1000 ? loss.toFixed(3) : number(loss)}` : "";
  return label === best ? `✓ right${told}` : `✗ wrong: it is ${withArticle(classes[label])}${told}`;
}

/** Since when the network has answered as at the end. @param {View} view */
function since({ run, strip, input }) {
  if (!strip.whole) return "…";
  const steps = run.steps.filter((step) => strip.answers.has(step));
  const answers = steps.map((step) => argmax(strip.answers.get(step) ?? []));
  if (!strip.answers.get(steps[steps.length - 1])?.every(Number.isFinite)) return ""; // a training that blew up
  const last = answers[answers.length - 1];
  let first = answers.length - 1;
  while (first > 0 && answers[first - 1] === last) first--;
  const name = run.graph.classes[last];
  const wrongly = input.label === null || input.label === last ? "" : " (wrongly)";
  if (answers.length <= 1) return "";
  if (first === 0) return `From its first frame on it has called this ${withArticle(name)}${wrongly}.`;
  return changed(name, wrongly, steps[first]);
}

/**
 * The longest that is said of it.
 * @param {string} name
 * @param {string} wrongly
 * @param {number} step
 */
function changed(name, wrongly, step) {
  return (
    `It has called this ${withArticle(name)}${wrongly} since step ${counted(step)}; ` +
    "before, it changed its mind: the strip in the timeline shows how."
  );
}

function explanation() {
  return h(
    "details",
    {},
    h("summary", {}, "Logits? Probabilities?"),
    h(
      "p",
      { class: "quiet-text" },
      "The last layer gives one number a class, the logit: its score. The softmax turns scores " +
        "into shares of 1: each becomes e to its power, divided by the sum of all. “Sure” is the " +
        "largest share; a network can be very sure and wrong.",
    ),
  );
}
