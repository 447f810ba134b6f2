// The room "Train": a training that one begins, and changes while it learns.

/** @import {Actions, View} from "#app/app/view.js" */
/** @import {LiveFacts} from "#app/source/live.js" */

import { readShown, writeShown } from "#app/look/train/state.js";
import { lineToType } from "#app/look/train/words.js";
import { h, write } from "#app/widgets/dom.js";
import { Begin } from "#app/widgets/train/begin.js";
import { Lead } from "#app/widgets/train/lead.js";

/** What can be asked of the server is asked when the room opens, and whenever a training began or ended. */
export class Train {
  #actions;
  #element;
  #note = h("p", {});
  #line = h("code", {});
  #parent = h("p", { class: "train-parent" });
  #began = h("span", {});
  /** @type {View | null} */
  #view = null;
  /** @type {LiveFacts | null} */
  #facts = null;
  /** How the recording stood when the server was asked. */
  #status = "";
  /** @type {{lead: Lead, begin: Begin} | null} */
  #parts = null;

  /**
   * @param {HTMLElement} element
   * @param {Actions} actions
   */
  constructor(element, actions) {
    this.#element = element;
    this.#actions = actions;
    const compare = h("button", { type: "button", class: "quiet" }, "Compare the two");
    compare.addEventListener("click", () => actions.room("compare", this.#shown.parent ?? ""));
    this.#parent.append(this.#began, compare);
    element.classList.add("train");
    element.append(this.#note, this.#line);
    this.#note.hidden = this.#line.hidden = true;
  }

  /** @param {View} view */
  update(view) {
    this.#view = view;
    const { live } = view.run.source;
    if (live === null) {
      this.#refer("The page can train where handlens serves it. Type this, and open this room there:");
      return;
    }
    if (view.lost)
      this.#status = ""; // once it answers again, it is asked again
    else if (view.run.about.status !== this.#status) this.#ask();
    if (this.#facts === null || this.#parts === null) return;
    this.#parts.lead.update(view, this.#facts);
    this.#parts.begin.update(view, this.#facts, this.#shown.mode);
    const { parent } = this.#shown;
    this.#parent.hidden = parent === null;
    if (parent !== null) write(this.#began, `Begun from ${parent}.`);
  }

  closed() {
    this.#status = "";
    this.#parts?.begin.rest();
  }

  get #shown() {
    return readShown(this.#view?.rooms.train);
  }

  /** @param {string} sentence  why the page can't train, and what can be typed */
  #refer(sentence) {
    write(this.#note, sentence);
    write(this.#line, lineToType(this.#view?.run.about.recipe ?? null));
    this.#note.hidden = this.#line.hidden = false;
  }

  async #ask() {
    const { run } = /** @type {View} */ (this.#view);
    const live = /** @type {NonNullable<typeof run.source.live>} */ (run.source.live);
    this.#status = run.about.status;
    try {
      const facts = await live.about();
      if (facts.why !== null) {
        write(this.#note, facts.why);
        this.#note.hidden = false;
        return;
      }
      this.#facts = { ...facts, fields: this.#facts?.fields ?? facts.fields };
      this.#parts ??= this.#build(live);
    } catch (error) {
      write(this.#note, error instanceof Error ? error.message : String(error));
      this.#note.hidden = false;
      return;
    }
    this.#note.hidden = true;
    if (this.#view !== null) this.update(this.#view);
  }

  /** @param {import("#app/source/live.js").Live} live */
  #build(live) {
    const actions = this.#actions;
    const lead = new Lead(async (wish, value) => {
      const { id } = /** @type {View} */ (this.#view).run;
      await live.tell(id, wish, value);
      if (wish === "resume") actions.follow();
    });
    const begin = new Begin(
      live,
      (mode) => actions.room("train", writeShown({ mode, parent: null })),
      (run, parent) => {
        actions.room("train", writeShown({ mode: "new", parent }));
        actions.scrub(Infinity); // to its newest frame, and on with it
        actions.open(run, "train");
      },
    );
    this.#element.append(this.#parent, lead.element, begin.element);
    return { lead, begin };
  }
}
