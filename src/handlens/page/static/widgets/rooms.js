// The rooms under the network: a bar of doors, and every room that is open as a card.

/** @import {Actions, View} from "#app/app/view.js" */
/** @import {Door, Room} from "#app/widgets/doors.js" */

import { DOORS } from "#app/widgets/doors.js";
import { h, write } from "#app/widgets/dom.js";
import { stay } from "#app/widgets/staying.js";

export class Rooms {
  #element;
  #bar = h("div", { class: "doors", role: "group", "aria-label": "Rooms" });
  /** @type {Map<string, Doorway>} */
  #doorways = new Map();
  /** The recording as it was when it was asked which rooms it has. @type {unknown} */
  #about;
  #actions;

  /**
   * @param {HTMLElement} element
   * @param {Actions} actions
   */
  constructor(element, actions) {
    this.#element = element;
    this.#actions = actions;
    element.append(this.#bar);
    window.addEventListener("beforeprint", () => {
      for (const doorway of this.#doorways.values()) doorway.show();
    });
  }

  /** @param {View} view */
  update(view) {
    if (view.run.about !== this.#about) this.#build(view);
    for (const doorway of this.#doorways.values()) doorway.update(view);
  }

  /** Open a room, if it isn't, and go to it. @param {string} name */
  go(name) {
    this.#doorways.get(name)?.go();
  }

  /** A door for each room that the recording has. @param {View} view */
  #build({ run }) {
    this.#about = run.about;
    for (const door of DOORS) {
      if (this.#doorways.has(door.name) || !door.fits(run)) continue;
      this.#doorways.set(door.name, new Doorway(door, this.#actions));
    }
    const ways = DOORS.flatMap(({ name }) => this.#doorways.get(name) ?? []);
    if (this.#element.childElementCount <= ways.length) {
      this.#bar.replaceChildren(...ways.map(({ button }) => button));
      this.#element.replaceChildren(this.#bar, ...ways.map(({ card }) => card));
    }
    this.#element.hidden = ways.length === 0;
  }
}

/** One room: its door in the bar, its card, and the room itself once it was opened. */
class Doorway {
  #door;
  #actions;
  #title;
  #note = h("p", { class: "quiet-text" }, "Loading…");
  #body = h("div", { class: "room-body" });
  /** @type {Room | undefined} */
  #room;
  #loading = false;
  #near = false;
  /** Whether it was opened by hand and is to be gone to. */
  #called;
  /** @type {View | undefined} */
  #view;
  #seen = new IntersectionObserver((entries) => this.#see(entries), { rootMargin: "25% 0%" });

  /**
   * @param {Door} door
   * @param {Actions} actions
   */
  constructor(door, actions) {
    this.#door = door;
    this.#actions = actions;
    const { name, title, question } = door;
    this.#called = history.state?.room === name; // where another recording was opened from it
    this.button = h("button", { type: "button", "aria-expanded": "false", "aria-controls": `room-${name}` });
    this.button.append(h("strong", {}, title), h("span", {}, question));
    this.button.addEventListener("click", () => this.#turn());
    this.#title = h("h2", { id: `room-${name}-title`, tabindex: "-1" }, title);
    const close = h("button", { type: "button", class: "quiet" }, "Close");
    close.addEventListener("click", () => {
      actions.room(name, null);
      this.button.focus();
    });
    const head = h("header", {}, this.#title, h("p", { class: "quiet-text" }, question), close);
    this.card = h("section", { class: "card room", id: `room-${name}`, hidden: true });
    this.card.setAttribute("aria-labelledby", this.#title.id);
    this.card.append(head, this.#note, this.#body);
    this.#seen.observe(this.card);
  }

  /** @param {View} view */
  update(view) {
    this.#view = view;
    const open = this.#door.name in view.rooms;
    if (open === this.card.hidden) this.#swing(open);
    if (open && this.#near) this.#room?.update(view);
  }

  /** Bring the room up to date wherever it is: the whole page is printed. */
  show() {
    if (this.#view !== undefined && !this.card.hidden) this.#room?.update(this.#view);
  }

  go() {
    if (this.card.hidden) this.#turn();
    else this.#arrive();
  }

  #turn() {
    this.#called = this.card.hidden;
    this.#actions.room(this.#door.name, this.card.hidden ? "" : null);
  }

  /** @param {boolean} open */
  #swing(open) {
    this.card.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (!open) this.#room?.closed?.();
    else if (this.#room === undefined && !this.#loading) this.#load();
    if (open && this.#called) this.#arrive();
    this.#called = false;
  }

  #arrive() {
    this.#title.focus({ preventScroll: true });
    stay(this.card);
  }

  async #load() {
    this.#loading = true;
    try {
      const Made = await this.#door.load();
      this.#room = new Made(this.#body, this.#actions);
      this.#note.hidden = true;
      if (this.#view !== undefined) this.update(this.#view);
    } catch (error) {
      write(this.#note, `This room can't be shown: ${error instanceof Error ? error.message : error}`);
    }
    this.#loading = false;
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #see(entries) {
    this.#near = entries[entries.length - 1].isIntersecting;
    if (this.#near && this.#view !== undefined) this.update(this.#view);
  }
}
