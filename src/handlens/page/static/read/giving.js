// The picture: taken, chosen, pasted or dropped; and what is known of it beforehand.

import { h, write } from "#app/widgets/dom.js";
import { takeFiles } from "#app/widgets/files.js";

const MODES = [
  ["", "however they stand"],
  ["digit", "one digit"],
  ["row", "one row of digits"],
  ["page", "rows on a page"],
];

export class Giving {
  #says = h("p", { class: "says", role: "status" });
  #mode = h("select", { id: "mode" }, ...MODES.map(([value, name]) => h("option", { value }, name)));
  #expect = h("input", {
    id: "expect",
    type: "text",
    maxlength: 200,
    placeholder: "dd-dd-dddd",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    "aria-describedby": "expect-help",
  });

  /**
   * @param {HTMLElement} element
   * @param {(file: Blob, name: string) => void} onFile
   * @param {() => void} onWish  is told that the same picture shall be read in another way
   */
  constructor(element, onFile, onWish) {
    const chooser = takeFiles(document.body, onFile, (text) => this.say(text, true));
    const buttons = h("div", { class: "buttons" }, camera(onFile), chooser);
    element.append(h("h2", {}, "Read handwritten digits"), buttons, hint(), this.#says, this.#wishes());
    this.#mode.addEventListener("change", onWish);
    this.#expect.addEventListener("change", onWish);
  }

  /** How it is to be read. */
  get wishes() {
    return { mode: this.#mode.value, expect: this.#expect.value.trim() };
  }

  /**
   * @param {string} text
   * @param {boolean} [fault]
   */
  say(text, fault = false) {
    this.#says.classList.toggle("refused", fault);
    write(this.#says, text);
  }

  #wishes() {
    return h(
      "details",
      { class: "wishes" },
      h("summary", {}, "What is written there?"),
      h("p", {}, h("label", { for: "mode" }, "They are"), this.#mode),
      h("p", {}, h("label", { for: "expect" }, "The pattern"), this.#expect),
      h(
        "p",
        { class: "quiet-text", id: "expect-help" },
        "d stands for a digit, anything else for a mark: dd-dd-dddd is a date. It helps where digits touch.",
      ),
    );
  }
}

/**
 * The phone's own camera: it needs no permission and no https, since the page only gets the picture.
 * @param {(file: Blob, name: string) => void} onFile
 */
function camera(onFile) {
  const field = h("input", { type: "file", accept: "image/*", capture: "environment", hidden: true });
  field.addEventListener("change", () => {
    const file = field.files?.[0];
    if (file !== undefined) onFile(file, "the picture");
    field.value = ""; // or the same file couldn't be taken again
  });
  const button = h(
    "button",
    { type: "button", class: "main", onclick: () => field.click() },
    "Take a picture",
  );
  return h("span", { class: "camera" }, button, field);
}

function hint() {
  return h(
    "p",
    { class: "quiet-text hint" },
    "Pencil, pen or marker, on any paper. ",
    h("span", { class: "desk" }, "You can also paste a picture, or drop one anywhere here."),
  );
}
