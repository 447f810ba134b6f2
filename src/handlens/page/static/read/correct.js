// "No, it is …": what was read wrong becomes a correction, and the network's last layer learns it.

import { taught } from "#app/read/ask.js";
import { NONE, lesson, named } from "#app/read/words.js";
import { h, write } from "#app/widgets/dom.js";

const NAMES = [..."0123456789", NONE];

/**
 * The buttons that say what it really is. The server offers this to its own computer alone.
 * @param {string} frame
 * @param {string} value  what it was read as; "none" where it wasn't read
 * @param {(label: string) => void} onTaught  is told what it really is
 */
export function corrector(frame, value, onTaught) {
  const says = h("p", { class: "says", role: "status" });
  const buttons = NAMES.map((name) =>
    h("button", { type: "button", onclick: () => teach(name), disabled: name === value }, named(name)),
  );

  /** @param {string} label */
  async function teach(label) {
    for (const button of buttons) button.disabled = true;
    says.classList.remove("refused");
    write(says, "Learning; the first time it takes a while …");
    try {
      write(says, lesson(await taught(frame, label), label));
      value = label;
      onTaught(label);
    } catch (error) {
      says.classList.add("refused");
      write(says, error instanceof Error ? error.message : String(error));
    }
    buttons.forEach((button, i) => (button.disabled = NAMES[i] === value));
  }

  return h(
    "div",
    { class: "corrector" },
    h("h4", { id: "no-it-is" }, "No, it is …"),
    h("div", { class: "keys", role: "group", "aria-labelledby": "no-it-is" }, ...buttons),
    says,
  );
}
