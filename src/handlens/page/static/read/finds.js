// Everything that was found, in reading order, each as a button; one of them is looked at more closely.

/** @import {Digit, Found, Reading, Rejected} from "#app/read/types.js" */

import { painted } from "#app/read/frame.js";
import { alternatives, byLine, named, sentence } from "#app/read/words.js";
import { h } from "#app/widgets/dom.js";
import { percent } from "#app/widgets/words.js";

/**
 * Digits line by line, then what was rejected, numbered.
 * @param {Reading} reading
 * @returns {{lines: Found[][], rejected: Found[]}}
 */
export function numbered(reading) {
  let number = 0;
  const lines = byLine(reading).map((line) =>
    line.map((digit) => /** @type {Found} */ ({ kind: "digit", number: number++, digit })),
  );
  const rejected = reading.rejected.map(
    (ink) => /** @type {Found} */ ({ kind: "rejected", number: number++, ink }),
  );
  return { lines, rejected };
}

const LOOK = "Choose one to see what the network saw, and what else it could be.";
const TEACH = "Is one wrong? Choose it, and say what it is: the network learns it.";

export class Finds {
  element = h("div", { class: "finds" });
  #buttons = /** @type {Map<number, HTMLButtonElement>} */ (new Map());
  #onPick;
  #teaching;

  /**
   * @param {(number: number) => void} onPick
   * @param {boolean} teaching  whether what is picked can be corrected
   */
  constructor(onPick, teaching) {
    this.#onPick = onPick;
    this.#teaching = teaching;
  }

  /** @param {{lines: Found[][], rejected: Found[]}} found */
  show({ lines, rejected }) {
    this.#buttons.clear();
    const groups = lines
      .map((line, i) => this.#group(lines.length > 1 ? `Line ${i + 1}` : "Digit by digit", line))
      .concat(this.#group("Not read", rejected));
    const some = groups.some((group) => group.length > 0);
    this.element.replaceChildren(
      ...(some ? [h("p", { class: "quiet-text hint" }, this.#teaching ? TEACH : LOOK)] : []),
      ...groups.flat(),
    );
  }

  /** @param {number | null} number */
  pick(number) {
    for (const [key, button] of this.#buttons) button.setAttribute("aria-pressed", String(key === number));
  }

  /**
   * @param {string} name
   * @param {Found[]} found
   */
  #group(name, found) {
    if (found.length === 0) return [];
    const list = h(
      "ul",
      { class: "tiles", "aria-label": name },
      ...found.map((one) => h("li", {}, this.#tile(one))),
    );
    return [h("h3", {}, name), list];
  }

  /** @param {Found} found */
  #tile(found) {
    const face = found.kind === "digit" ? digitFace(found.digit) : rejectedFace(found.ink);
    const button = h(
      "button",
      { type: "button", class: `tile ${found.kind}`, "aria-pressed": "false", "aria-controls": "closer" },
      ...face,
    );
    button.addEventListener("click", () => this.#onPick(found.number));
    this.#buttons.set(found.number, button);
    return button;
  }
}

/** @param {Digit} digit */
function digitFace({ value, confidence, frame, corrected }) {
  const sure = corrected
    ? h("span", { class: "corrected" }, "by you")
    : h("span", { class: "number" }, percent(confidence, 0));
  return [thumb(frame), h("strong", {}, value), sure];
}

/** @param {Rejected} ink */
function rejectedFace({ guess, frame }) {
  const doubt = guess === null ? "–" : `${guess.value}?`;
  return [thumb(frame), h("strong", {}, doubt), h("span", {}, "not read")];
}

/** @param {string | null} frame */
function thumb(frame) {
  if (frame === null) return h("i", { class: "no-frame", "aria-hidden": "true" });
  const canvas = painted(frame);
  canvas.setAttribute("aria-hidden", "true");
  return canvas;
}

/** One of them, closer. */
export class Closer {
  element = h("div", {
    class: "closer card",
    id: "closer",
    role: "region",
    "aria-label": "Closer",
    hidden: true,
  });

  /**
   * @param {Found | undefined} found
   * @param {...Node} more  below
   */
  show(found, ...more) {
    this.element.hidden = found === undefined;
    if (found === undefined) return;
    const parts = found.kind === "digit" ? aboutDigit(found.digit) : aboutRejected(found.ink);
    this.element.replaceChildren(...parts, ...more);
  }
}

/** @param {Digit} digit */
function aboutDigit(digit) {
  const rest = alternatives(digit);
  const own = digit.corrected ? (digit.probabilities[digit.value] ?? 0) : digit.confidence;
  const shares = /** @type {[string, number][]} */ ([[digit.value, own], ...rest]);
  const rows = shares.map(([name, share]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, named(name)),
      h("td", { class: "share-bar", "aria-hidden": "true" }, bar(share)),
      h("td", { class: "number" }, percent(share, 1)),
    ),
  );
  return [
    h("h3", {}, `${digit.corrected ? "Corrected to" : "Read as"} ${digit.value}`),
    h(
      "div",
      { class: "closer-row" },
      seen(digit.frame),
      h(
        "table",
        { class: "shares" },
        h("caption", { class: "unseen" }, "What it could be"),
        h("tbody", {}, ...rows),
      ),
    ),
  ];
}

/** @param {Rejected} ink */
function aboutRejected({ reason, guess, frame }) {
  const likeliest =
    guess === null
      ? []
      : [h("p", {}, `Its likeliest value: ${guess.value}, ${percent(guess.confidence, 1)}.`)];
  return [
    h("h3", {}, "Not read"),
    h("div", { class: "closer-row" }, seen(frame), h("div", {}, h("p", {}, sentence(reason)), ...likeliest)),
  ];
}

/** @param {string | null} frame */
function seen(frame) {
  if (frame === null) return h("p", { class: "quiet-text" }, "The network wasn't asked about it.");
  const canvas = painted(frame);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "What the network saw: 28 × 28 pixels");
  return h("figure", {}, canvas, h("figcaption", { class: "quiet-text" }, "What the network saw"));
}

/** @param {number} share */
function bar(share) {
  const element = h("i");
  element.style.transform = `scaleX(${share.toFixed(4)})`;
  return element;
}
