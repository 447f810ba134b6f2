// Of the answers that are so sure, so many are right: a bar for each of 15 confidences, and the same in numbers.

/** @import {Counts} from "#app/look/outcomes.js" */
/** @import {About} from "#app/source/about.js" */

import { wilson } from "#app/look/mistakes/counts.js";
import { binsOf, calibration } from "#app/look/mistakes/reliability.js";
import { binWords, excessWords } from "#app/look/mistakes/words.js";
import { BINS } from "#app/look/outcomes.js";
import { h, write } from "#app/widgets/dom.js";
import { make } from "#app/widgets/network/overlay.js";
import { counted, percent } from "#app/widgets/words.js";

// In units of the drawing, which is 300 across.
const SIDE = 250;
const [LEFT, TOP] = [40, 8];
const WIDTH = SIDE / BINS;
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];

export class Reliability {
  #bars = Array.from({ length: BINS }, (_, k) => bar(k));
  #lines;
  #says = h("p");
  #numbers = h("details", {}, h("summary", {}, "As numbers"));
  #plot = make("svg", {
    class: "mistakes-plot",
    viewBox: `0 0 ${LEFT + SIDE + 10} ${TOP + SIDE + 38}`,
    role: "img",
  });
  /** @type {Counts | undefined} */
  #shown;

  /** @param {(bin: number) => void} onChoose */
  constructor(onChoose) {
    this.#lines = Array.from({ length: BINS }, (_, k) => line(k, () => onChoose(k)));
    this.#bars.forEach(({ group }, k) => group.addEventListener("click", () => onChoose(k)));
    const ideal = `M${LEFT} ${TOP + SIDE}L${LEFT + SIDE} ${TOP}`;
    this.#plot.append(
      ...axes(),
      ...this.#bars.map(({ group }) => group),
      make("path", { class: "ideal", d: ideal }),
    );
    const heads = ["How sure", "Answers", "Right", "Mean"].map((name) => h("th", { scope: "col" }, name));
    const table = h("table", {}, h("thead", {}, h("tr", {}, ...heads)));
    table.append(h("tbody", {}, ...this.#lines.map(({ row }) => row)));
    this.#numbers.append(h("div", { class: "mistakes-table" }, table));
    this.#numbers.addEventListener("toggle", () => this.#fill());
    const how =
      "The answers of each confidence: the bar says how many of them are right, the line how far chance may " +
      "have moved it (95 %), orange how far it is from the mean confidence. A network that is as often right " +
      "as it says has its bars end on the broken line.";
    this.element = h(
      "section",
      { class: "mistakes-reliability" },
      h("h3", {}, "Is it as often right as it says?"),
      h(
        "div",
        { class: "mistakes-reliable" },
        this.#plot,
        h("div", {}, this.#says, h("p", { class: "quiet-text" }, how), this.#numbers),
      ),
    );
  }

  /**
   * @param {About} about
   * @param {Counts} counts
   */
  update(about, counts) {
    this.#shown = counts;
    binsOf(counts).forEach((bin, k) => this.#bars[k].draw(bin));
    const { error, excess } = calibration(counts);
    write(this.#says, excessWords(excess, about.recipe?.label_smoothing));
    const name = `Reliability diagram${Number.isNaN(error) ? "" : `; mean gap ${percent(error, 1)}`}`;
    if (this.#plot.getAttribute("aria-label") !== name) this.#plot.setAttribute("aria-label", name);
    this.#fill();
  }

  /** The table, only while it is open. */
  #fill() {
    if (this.#shown === undefined || !this.#numbers.open) return;
    binsOf(this.#shown).forEach(({ n, right, sure }, k) => {
      const { button, answers, share, mean } = this.#lines[k];
      button.disabled = n === 0;
      write(answers, counted(n));
      write(share, n === 0 ? "" : percent(right / n, 1));
      write(mean, n === 0 ? "" : percent(sure, 1));
    });
  }
}

/** @param {number} share */
const across = (share) => LEFT + SIDE * share;
/** @param {number} share */
const down = (share) => TOP + SIDE * (1 - share);

/** @param {number} k  of the bin */
function bar(k) {
  const left = across(k / BINS) + 1;
  const column = { x: String(left), width: String(WIDTH - 2) };
  const title = make("title", {});
  const back = make("rect", { class: "back", ...column, y: String(TOP), height: String(SIDE) });
  const right = make("rect", { class: "share", ...column });
  const gap = make("rect", { class: "off", ...column });
  const range = make("path", { class: "chance" });
  const group = make("g", {});
  group.append(title, back, right, gap, range);
  const middle = left + WIDTH / 2 - 1;
  /** @param {import("#app/look/mistakes/reliability.js").Bin} bin */
  const draw = (bin) => {
    const { n, sure } = bin;
    group.classList.toggle("there", n > 0);
    if (n === 0) return;
    const share = bin.right / n;
    const [low, high] = wilson(bin);
    right.setAttribute("y", String(down(share)));
    right.setAttribute("height", String(SIDE * share));
    gap.setAttribute("y", String(down(Math.max(share, sure))));
    gap.setAttribute("height", String(SIDE * Math.abs(share - sure)));
    range.setAttribute("d", `M${middle} ${down(low)}V${down(high)}`);
    write(title, `${counted(n)} answers, ${percent(sure, 1)} sure: ${percent(share, 1)} right`);
  };
  return { group, draw };
}

/** @param {number} k @param {() => void} onChoose */
function line(k, onChoose) {
  const button = h("button", { type: "button", class: "quiet number", onclick: onChoose }, binWords(k, BINS));
  const [answers, share, mean] = Array.from({ length: 3 }, () => h("td", { class: "number" }));
  const row = h("tr", {}, h("th", { scope: "row" }, button), answers, share, mean);
  return { row, button, answers, share, mean };
}

/** Lines and names of the two axes. */
function axes() {
  const ticks = TICKS.flatMap((share) => [
    make("path", { class: "grid", d: `M${LEFT} ${down(share)}h${SIDE}` }),
    words(`translate(${LEFT - 5} ${down(share) + 4})`, "end", `${100 * share}`),
    words(`translate(${across(share)} ${TOP + SIDE + 15})`, "middle", `${100 * share}`),
  ]);
  return [
    ...ticks,
    words(`translate(${LEFT + SIDE / 2} ${TOP + SIDE + 32})`, "middle", "how sure, %"),
    words(`translate(11 ${TOP + SIDE / 2}) rotate(-90)`, "middle", "how many are right, %"),
  ];
}

/**
 * @param {string} transform
 * @param {string} side  where the text stands, seen from there
 * @param {string} text
 */
function words(transform, side, text) {
  const label = make("text", { transform, class: side });
  label.textContent = text;
  return label;
}
