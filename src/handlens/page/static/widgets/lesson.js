// What is asked about the recording: a question, its moments as links, and the answer, folded.

/** @import {View} from "#app/app/view.js" */
/** @import {Stop} from "#app/look/lesson.js" */
/** @import {Lesson} from "#app/source/lesson.js" */
/** @import {Run} from "#app/source/run.js" */
/** @import {RunCard} from "#app/source/source.js" */

import { ROOMS } from "#app/app/location.js";
import { momentsWords, stopAt, stopsOf } from "#app/look/lesson.js";
import { readLesson } from "#app/source/lesson.js";
import { h, write } from "#app/widgets/dom.js";
import { stay } from "#app/widgets/staying.js";

const PHONE = "(max-width: 47rem)";

/** The panel between masthead and timeline. It is there only where something is asked. */
export class LessonPanel {
  #element;
  #body = h("div", { id: "lesson-body" });
  #fold = h("button", { type: "button", class: "quiet", "aria-controls": "lesson-body" });
  #back = h("button", { type: "button", "aria-label": "The moment before" }, "‹");
  #next = h("button", { type: "button", "aria-label": "The next moment" }, "›");
  #count = h("span", { class: "number" });
  #label = h("strong");
  #said = h("span");
  /** Goes along at the foot of the window while the moments are out of sight. */
  #bar = h(
    "div",
    { class: "lesson-bar", role: "group", "aria-label": "Moments of the lesson" },
    this.#back,
    h("p", { "aria-live": "polite" }, this.#count, this.#label, this.#said),
    this.#next,
  );
  /** @type {Stop[]} */
  #stops = [];
  /** @type {HTMLAnchorElement[]} */
  #links = [];
  /** The stop that was chosen or shown last. */
  #at = -1;
  /** The one that is marked. */
  #marked = -1;
  /** The one that somebody asked for, until the page shows it. */
  #bound = -1;
  #sight = true;
  /** @type {View | undefined} */
  #view;

  /**
   * @param {HTMLElement} element
   * @param {Run} run
   * @param {RunCard[]} runs
   * @param {(error: unknown) => void} fault
   */
  constructor(element, run, runs, fault) {
    this.#element = element;
    if (!run.about.lesson) return;
    const ids = runs.map(({ id }) => id);
    run.source
      .read(run.id, "lesson.json")
      .then((bytes) => this.#build(readLesson(bytes, "lesson.json"), run.id, ids))
      .catch(fault);
  }

  /** @param {View} view */
  update(view) {
    this.#view = view;
    if (this.#stops.length === 0) return;
    const shown = stopAt(this.#stops, view, this.#bound < 0 ? this.#at : this.#bound);
    if (shown >= 0) this.#at = shown;
    if (shown !== this.#marked) this.#mark(shown);
    if (this.#bound >= 0 && this.#bound === shown) this.#arrive();
  }

  /**
   * @param {Lesson} lesson
   * @param {string} run
   * @param {string[]} runs
   */
  #build({ title, text, moments, heading, answer }, run, runs) {
    this.#stops = stopsOf(moments, run, runs, ROOMS);
    const list = h("ol", {}, ...this.#stops.map((stop, place) => h("li", {}, this.#link(stop, place))));
    this.#body.append(h("div", { class: "lesson-text" }, ...paragraphs(text)), list);
    if (heading) this.#body.append(h("details", {}, h("summary", {}, heading), ...paragraphs(answer)));
    this.#fold.addEventListener("click", () => this.#turn(this.#body.hidden));
    window.addEventListener("hashchange", ({ newURL }) => this.#choose(this.#leading(newURL)));
    this.#back.addEventListener("click", () => this.#go(-1));
    this.#next.addEventListener("click", () => this.#go(1));
    this.#element.append(h("header", {}, h("h2", {}, title), this.#bar, this.#fold), this.#body);
    this.#element.hidden = false;
    this.#turn(true);
    this.#tell();
    new IntersectionObserver((entries) => this.#see(entries[entries.length - 1].isIntersecting)).observe(
      list,
    );
    if (this.#view !== undefined) this.update(this.#view);
  }

  /**
   * @param {Stop} stop
   * @param {number} place
   */
  #link({ label, text, href, missing }, place) {
    const said = missing ? `${text} This is in the recording “${missing}”, which isn't here.` : text;
    const parts = [h("strong", {}, label), h("span", {}, said)];
    if (href === null) return h("div", {}, ...parts);
    const link = h("a", { href }, ...parts);
    // Where it is the address already, that doesn't change.
    link.addEventListener("click", () => location.hash === href && this.#choose(place));
    this.#links[place] = link;
    return link;
  }

  /** @param {number} way  1 or -1 */
  #go(way) {
    location.hash = /** @type {string} */ (this.#stops[this.#beside(way)].href);
  }

  /** The stop that an address leads to, as somebody went there or back; -1 for none. @param {string} address */
  #leading(address) {
    const { hash } = new URL(address);
    return this.#stops.findIndex(({ href }) => href === hash);
  }

  /** The next stop on a way that can be gone to; -1 where there is none. @param {number} way */
  #beside(way) {
    let place = this.#at + way;
    while (this.#stops[place]?.href === null) place += way;
    return place in this.#stops ? place : -1;
  }

  /** @param {number} place  that is asked for: the page will show it, or does so already */
  #choose(place) {
    this.#bound = place;
    if (this.#view !== undefined) this.update(this.#view);
  }

  /** Show what was asked for: its room, or else the panel's neighbours. */
  #arrive() {
    this.#bound = -1;
    const { rooms = {} } = this.#stops[this.#at].wish;
    const room = ROOMS.find((name) => name in rooms);
    const card = room && document.getElementById(`room-${room}`);
    if (matchMedia(PHONE).matches) this.#turn(false);
    if (card) stay(card);
    else if (!this.#sight) this.#element.scrollIntoView();
  }

  /** @param {number} shown */
  #mark(shown) {
    this.#links[this.#marked]?.removeAttribute("aria-current");
    this.#links[shown]?.setAttribute("aria-current", "step");
    this.#marked = shown;
    this.#tell();
  }

  #tell() {
    const stop = this.#stops[this.#at];
    write(this.#count, stop ? `${this.#at + 1} of ${this.#stops.length}` : momentsWords(this.#stops.length));
    write(this.#label, stop?.label ?? "");
    write(this.#said, stop?.text ?? "");
    this.#back.disabled = this.#beside(-1) < 0;
    this.#next.disabled = this.#beside(1) < 0;
  }

  /** @param {boolean} open */
  #turn(open) {
    this.#body.hidden = !open;
    this.#fold.setAttribute("aria-expanded", String(open));
    write(this.#fold, open ? "Fold" : "Unfold");
  }

  /** @param {boolean} sight  whether the moments are to be seen */
  #see(sight) {
    this.#sight = sight;
    this.#bar.classList.toggle("afloat", !sight && this.#at >= 0);
  }
}

/** @param {string[]} texts */
function paragraphs(texts) {
  return texts.map((text) => h("p", {}, text));
}
