// How the next training begins: from nothing, as this one did, or at the frame that is shown.

/** @import {View} from "#app/app/view.js" */
/** @import {Shown} from "#app/look/train/state.js" */
/** @import {Live, LiveFacts, Order} from "#app/source/live.js" */

import { marksOf } from "#app/look/changes.js";
import { blamed } from "#app/look/train/fields.js";
import { planWords } from "#app/look/train/words.js";
import { h, write } from "#app/widgets/dom.js";
import { Form } from "#app/widgets/train/form.js";
import { OneThing } from "#app/widgets/train/one.js";
import { counted } from "#app/widgets/words.js";

const REST = 250; // milliseconds without a change before the plan is asked for

/** @typedef {Shown["mode"]} Mode */

export class Begin {
  #live;
  #started;
  #modes = /** @type {Record<Mode, HTMLButtonElement>} */ ({});
  #lead = h("p", { class: "quiet-text" });
  #body = h("div", {});
  #replay = h("input", { type: "checkbox", checked: true });
  #replayed = h("span", {});
  #again = h("label", { class: "train-replay" }, this.#replay, this.#replayed);
  #plan = h("p", { class: "train-plan", role: "status" });
  #start = h("button", { type: "button", class: "main" }, "Start");
  #fault = h("p", { class: "train-fault", role: "alert" });
  /** @type {Form | OneThing | null} */
  #form = null;
  /** What the form was made for. @type {unknown[]} */
  #made = [];
  /** @type {Mode} */
  #mode = "new";
  /** @type {View | null} */
  #view = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;
  /** Counts what was asked for. */
  #turn = 0;

  /**
   * @param {Live} live
   * @param {(mode: Mode) => void} choose
   * @param {(run: string, parent: string | null) => void} started
   */
  constructor(live, choose, started) {
    this.#live = live;
    this.#started = started;
    const segments = h("div", { class: "segments", role: "group", "aria-label": "How it begins" });
    for (const [mode, text] of /** @type {const} */ ([
      ["new", "New"],
      ["again", "This one again"],
      ["branch", ""],
    ])) {
      const button = h("button", { type: "button", onclick: () => choose(mode) }, text);
      this.#modes[mode] = button;
      segments.append(button);
    }
    this.#replay.addEventListener("change", () => this.#changed());
    this.#start.addEventListener("click", () => this.#begin());
    this.element = h(
      "section",
      { class: "train-begin", "aria-label": "Begin a training" },
      ...[segments, this.#lead, this.#body, this.#again],
      h("div", { class: "train-go" }, this.#start, this.#plan),
      this.#fault,
    );
  }

  /**
   * @param {View} view
   * @param {LiveFacts} facts
   * @param {Mode} mode
   */
  update(view, facts, mode) {
    const { run, step } = view;
    this.#view = view;
    this.#mode = mode;
    const made = [facts.fields, mode, run.about.recipe === null];
    write(this.#modes.branch, `From its step ${counted(step)}`);
    if (made.some((part, i) => part !== this.#made[i])) this.#make(made, facts, view);
  }

  /** Ask for nothing any more. */
  rest() {
    clearTimeout(this.#soon);
  }

  /**
   * @param {unknown[]} made
   * @param {LiveFacts} facts
   * @param {View} view
   */
  #make(made, facts, { run: { about } }) {
    this.#made = made;
    const [mode, changed] = [this.#mode, () => this.#changed()];
    for (const [name, button] of Object.entries(this.#modes)) {
      button.setAttribute("aria-pressed", String(name === mode));
    }
    const { recipe } = about;
    if (mode === "new") this.#form = new Form(facts, changed);
    else this.#form = recipe === null ? null : new OneThing(facts, recipe, mode === "branch", changed);
    this.#body.replaceChildren(...(this.#form === null ? [] : [this.#form.element]));
    this.#start.disabled = this.#form === null;
    const marks = marksOf(about).filter(({ kind }) => kind === "lr");
    this.#again.hidden = mode !== "again" || marks.length === 0 || recipe === null;
    write(this.#replayed, `Do again what was done by hand: ${marks.map(atStep).join("; ")}`);
    write(
      this.#lead,
      this.#form === null ? `${about.name} is somebody's own loop: it has no recipe to go by.` : LEADS[mode],
    );
    write(this.#fault, "");
    this.#changed();
  }

  #changed() {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => this.#tell(), REST);
  }

  /** What is asked for; undefined where a field means nothing. @returns {Order | undefined} */
  #order() {
    const { run, step } = /** @type {View} */ (this.#view);
    const recipe = this.#form?.recipe;
    if (recipe === undefined) return undefined;
    if (this.#mode === "again") return { recipe, again: { run: run.id, changes: this.#replay.checked } };
    return this.#mode === "branch" ? { recipe, from: { run: run.id, step } } : { recipe };
  }

  /** Say how large it would be. */
  async #tell() {
    const turn = ++this.#turn;
    const order = this.#order();
    write(this.#fault, "");
    if (order === undefined) {
      write(this.#plan, this.#form === null ? "" : "A number is missing.");
      return;
    }
    try {
      const plan = await this.#live.plan(order);
      if (turn !== this.#turn) return; // something else is asked for by now
      write(this.#plan, planWords(plan));
      this.#form?.blame(null);
    } catch (error) {
      if (turn !== this.#turn) return;
      write(this.#plan, "");
      this.#refuse(error);
    }
  }

  async #begin() {
    const order = this.#order();
    if (order === undefined) return;
    clearTimeout(this.#soon);
    this.#start.disabled = true;
    write(this.#start, "Starting…");
    write(this.#fault, "");
    try {
      const run = await this.#live.start(order);
      this.#started(run, order.again?.run ?? order.from?.run ?? null);
    } catch (error) {
      this.#refuse(error);
    }
    write(this.#start, "Start");
    this.#start.disabled = false;
  }

  /** @param {unknown} error */
  #refuse(error) {
    const sentence = error instanceof Error ? error.message : String(error);
    write(this.#fault, sentence);
    this.#form?.blame(blamed(sentence));
  }
}

/** @type {Record<Mode, string>} */
const LEADS = {
  new: "It learns from the digits that came with handlens: nothing is downloaded. The page then shows it while it learns, and keeps what it recorded in the folder runs.",
  again:
    "The same start, the same digits in the same order, one thing changed: whatever comes out differently is due to that.",
  branch:
    "Begins with the weights of the frame that is shown, as a training of its own, with the optimiser fresh.",
};

/** @param {{text: string, step: number}} mark */
function atStep({ text, step }) {
  return `${text} at step ${counted(step)}`;
}
