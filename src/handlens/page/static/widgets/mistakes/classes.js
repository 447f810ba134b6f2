// How many of each class it recognises, with the interval in which that share plausibly lies.

import { floor, perClass, wilson } from "#app/look/mistakes/counts.js";
import { h, write } from "#app/widgets/dom.js";
import { counted, percent } from "#app/widgets/words.js";

export class Classes {
  #classes;
  #ends = [h("span"), h("span")];
  #lines;

  /** @param {string[]} classes */
  constructor(classes) {
    this.#classes = classes;
    this.#lines = classes.map((name) => line(name));
    const axis = h("div", { class: "mistakes-axis" }, ...this.#ends);
    const head = h("tr", {}, h("th", { scope: "col" }, "Class"), h("th", { scope: "col" }, axis));
    head.append(h("th", { scope: "col" }, "right"));
    const body = h("tbody", {}, ...this.#lines.map(({ row }) => row));
    this.element = h(
      "section",
      { class: "mistakes-classes" },
      h("h3", {}, "Of each class"),
      h("div", { class: "mistakes-table" }, h("table", {}, h("thead", {}, head), body)),
      h(
        "p",
        { class: "quiet-text" },
        "Dot: the share that is read rightly. Line: where it plausibly lies (95 %, Wilson).",
      ),
    );
  }

  /** @param {Int32Array} confusion  [classes, classes] */
  update(confusion) {
    const shares = perClass(confusion, this.#classes.length);
    const intervals = shares.map(wilson);
    const begin = floor(intervals.filter((_, label) => shares[label].n > 0));
    const place = (/** @type {number} */ share) => (100 * (share - begin)) / (1 - begin);
    write(this.#ends[0], `${100 * begin} %`);
    write(this.#ends[1], "100 %");
    this.#lines.forEach(({ row, range, dot, value }, label) => {
      const { n, right } = shares[label];
      const [low, high] = intervals[label];
      range.hidden = dot.hidden = n === 0;
      write(value, n === 0 ? "none counted" : percent(right / n, 1));
      if (n === 0) return;
      range.style.left = `${place(low)}%`;
      range.style.right = `${100 - place(high)}%`;
      dot.style.left = `${place(right / n)}%`;
      row.title = `${counted(right)} of ${counted(n)} right; 95 % interval ${percent(low, 1)} to ${percent(high, 1)}`;
    });
  }
}

/** @param {string} name */
function line(name) {
  const range = h("i", { class: "range" });
  const dot = h("i", { class: "dot" });
  const value = h("td", { class: "number" });
  const track = h("div", { class: "mistakes-track", "aria-hidden": "true" }, range, dot);
  const row = h("tr", {}, h("th", { scope: "row", title: name }, name), h("td", {}, track), value);
  return { row, range, dot, value };
}
