// The room "Embedding": which digits does it find alike? Thousands of them as a cloud that follows the step.

/** @import {Actions, View} from "#app/app/view.js" */
/** @import {Film} from "#app/look/embedding/film.js" */
/** @import {Wish} from "#app/look/embedding/state.js" */
/** @import {Outcomes} from "#app/look/outcomes.js" */
/** @import {Items} from "#app/source/run.js" */

import { positionsOf } from "#app/look/chosen.js";
import { readFilm } from "#app/look/embedding/film.js";
import { amid, codesOf, nearest } from "#app/look/embedding/near.js";
import { project } from "#app/look/embedding/places.js";
import { ringOrder, shared } from "#app/look/embedding/ring.js";
import { readAxes, readWish, writeAxes, writeWish } from "#app/look/embedding/state.js";
import { cloudWords, itemWords } from "#app/look/embedding/words.js";
import { classColours } from "#app/look/palette.js";
import { h, token, write } from "#app/widgets/dom.js";
import { Legend } from "#app/widgets/embedding/legend.js";
import { Plot } from "#app/widgets/embedding/plot.js";
import { Side } from "#app/widgets/embedding/side.js";
import { Stage } from "#app/widgets/embedding/stage.js";
import { EmbeddingTools } from "#app/widgets/embedding/tools.js";
import { Offer } from "#app/widgets/offer.js";
import { Taking } from "#app/widgets/taking.js";

const REST = 120; // milliseconds between two orders of the neighbours and the gallery
const NEIGHBOURS = 8;
const [MOST, MOST_NARROW, NARROW] = [2000, 600, 480]; // pictures; on a plot of fewer CSS pixels
const HINTS = {
  linear: "Drag a class's name to turn its axis; click a dot to look at it; draw around some to choose them.",
  tsne: "Click a dot to look at it; draw around some to choose them.",
};
const OFFER = {
  ask: "Compute the t-SNE",
  none: "There is no t-SNE here: this page was made without one, its training goes on, or it has few items.",
};

/** What the room needs before it shows anything. @typedef {{items: Items, set: string}} Held */

export class Embedding {
  #actions;
  #note = h("p", { class: "quiet-text" }, "Loading…");
  #layout = h("div", { class: "embedding-layout", hidden: true });
  #count = h("p", { class: "quiet-text embedding-count" });
  #here = h("p", { class: "embedding-here" });
  #legend = new Legend();
  #offer = new Offer(OFFER, () => this.#again());
  #plot = new Plot({
    over: (point) => this.#point(point),
    take: (point) => point >= 0 && this.#take(this.#stage.positions[point]),
    lasso: (points) => this.#choose(points),
    turned: () => this.#again(),
    settled: () => this.#say({ axes: this.#written() }),
    resized: () => this.#again(),
    own: () => this.#own,
  });
  #stage = new Stage(
    () => this.#again(),
    (error) => this.#side.fault(error),
  );
  #tools = new EmbeddingTools({
    wish: (changes) => this.#say(changes),
    turn: (on) => this.#plot.turn(on),
    reset: () => this.#plot.reset(),
    lasso: (on) => (this.#plot.fingers = on),
  });
  #side;
  /** @type {View | undefined} */
  #view;
  /** @type {Held | undefined} */
  #held;
  /** What is on its way, or couldn't be brought. @type {Set<string>} */
  #asked = new Set();
  /** @type {{read: unknown, film: Film} | undefined} */
  #film;
  /** @type {Wish} */
  #wish = readWish();
  /** The state in the address that was last followed. @type {string | undefined} */
  #followed;
  /** @type {ReturnType<typeof theme> | undefined} */
  #theme;
  /** What the picture shows. @type {unknown[]} */
  #shown = [];
  /** What the side shows. @type {unknown[]} */
  #told = [];
  /** Where what the page looks at lies: a point and infinity, or a place. @type {[number, number]} */
  #own = [NaN, NaN];
  #over = -1;
  #taking;
  #last = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;

  /**
   * @param {HTMLElement} element
   * @param {Actions} actions
   */
  constructor(element, actions) {
    this.#actions = actions;
    this.#taking = new Taking(actions, (error) => this.#side.fault(error));
    this.#side = new Side(actions, (position) => this.#take(position));
    element.classList.add("embedding");
    const frame = h("div", { class: "embedding-frame" }, this.#plot.element, this.#offer.element);
    const main = h("div", {}, frame, this.#here, this.#legend.element, this.#count);
    this.#layout.append(this.#tools.element, main, this.#side.element);
    element.append(this.#note, this.#layout);
    // Nothing turns where nobody sees it.
    new IntersectionObserver(([entry]) => entry.isIntersecting || this.#plot.turn(false)).observe(element);
  }

  /** @param {View} view */
  update(view) {
    this.#view = view;
    const { outcomes, run, tables, rooms } = view;
    if (outcomes === null || !this.#ready(view, outcomes)) return;
    if (tables !== this.#theme?.tables) this.#colour(view);
    if (rooms.embedding !== this.#followed) this.#follow(rooms.embedding ?? "");
    const linear = this.#wish.kind === "linear";
    const film = linear ? null : this.#filmOf(view, outcomes.set);
    this.#tools.update(this.#wish, this.#plot.turning, this.#plot.tour?.onRing ?? true);
    this.#plot.element.classList.toggle("waiting", film === undefined);
    this.#offer.element.classList.toggle("gone", linear);
    this.#legend.element.hidden = linear;
    this.#side.read(this.#wish.kind);
    if (film === undefined) return;
    this.#draw(view, outcomes, film);
    this.#mark(view, outcomes, film);
    const told = [outcomes, view.computed, view.chosen, this.#wish.kind];
    if (told.some((part, i) => part !== this.#told[i])) this.#tellSoon();
    write(this.#count, cloudWords(this.#stage.positions.length, run.about, outcomes));
  }

  closed() {
    this.#plot.turn(false);
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.#asked.clear(); // what couldn't be brought is asked for again
    this.#told = [];
  }

  get #open() {
    return this.#view !== undefined && "embedding" in this.#view.rooms;
  }

  #again() {
    if (this.#view !== undefined && this.#open) this.update(this.#view);
  }

  /**
   * Whether the items are here, and the answers of the last frame, by which the ring is ordered.
   * @param {View} view
   * @param {Outcomes} outcomes
   */
  #ready({ run }, { set, n }) {
    const known = this.#held?.set === set && this.#held.items.labels.length === n;
    if (!known) {
      this.#bring(`${set} ${n}`, async () => {
        this.#held = { set, items: await run.set(set) };
      });
    }
    if (this.#plot.tour === undefined) {
      const last = run.steps[run.steps.length - 1];
      const final = run.outcomes(last);
      if (final === undefined) this.#bring(String(last), () => run.fetchOutcomes(last));
      else this.#build(final);
    }
    return known && this.#plot.tour !== undefined;
  }

  /**
   * Ask for something; what fails isn't asked for again until the room is opened anew.
   * @param {string} what
   * @param {() => Promise<unknown>} ask
   */
  async #bring(what, ask) {
    if (this.#asked.has(what)) return;
    this.#asked.add(what);
    try {
      await ask();
    } catch (error) {
      this.#note.hidden = false;
      write(this.#note, error instanceof Error ? error.message : String(error));
      return;
    }
    this.#asked.delete(what);
    this.#again();
  }

  /** @param {Outcomes} final  of the last frame */
  #build(final) {
    const { graph } = /** @type {View} */ (this.#view).run;
    const classes = graph.classes.length;
    this.#plot.build(graph.classes, ringOrder(shared(final.probabilities(), classes), classes));
    this.#side.build(graph.classes);
    this.#legend.build(graph.classes);
    this.#note.hidden = true;
    this.#layout.hidden = false;
  }

  /** @param {View} view */
  #colour({ run, tables }) {
    this.#theme = theme(tables, run.graph.classes.length);
    this.#plot.colour(this.#theme.colours, this.#theme.paper);
    this.#legend.colour(this.#theme.colours);
  }

  /** @param {string} state  of the address */
  #follow(state) {
    this.#followed = state;
    this.#wish = readWish(state);
    const tour = this.#plot.tour;
    if (tour === undefined || this.#wish.axes === this.#written()) return;
    const ends = readAxes(this.#wish.axes, tour.classes, tour.reach);
    if (ends === null) tour.reset();
    else tour.place(ends);
    this.#plot.turns++;
  }

  #written() {
    const tour = this.#plot.tour;
    return tour === undefined || tour.onRing ? "" : writeAxes(tour.ends(), tour.reach);
  }

  /** @param {Partial<Wish>} changes */
  #say(changes) {
    this.#wish = { ...this.#wish, ...changes };
    if (this.#wish.kind === "tsne") this.#plot.turn(false);
    this.#followed = writeWish(this.#wish);
    if (this.#open) this.#actions.room("embedding", this.#followed); // its axes come to rest as it closes, too
  }

  /**
   * The t-SNE, if it is here; undefined while it is offered.
   * @param {View} view
   * @param {string} set
   */
  #filmOf({ run }, set) {
    const key = `tsne/${set}.safetensors`;
    const read = this.#offer.update(run, key);
    if (read === undefined) return undefined;
    if (this.#film?.read !== read) this.#film = { read, film: readFilm(read, key) };
    return this.#film.film;
  }

  /**
   * @param {View} view
   * @param {Outcomes} outcomes
   * @param {Film | null} film
   */
  #draw({ run, step, chosen }, outcomes, film) {
    const { items, set } = /** @type {Held} */ (this.#held);
    const { colours, paper } = /** @type {ReturnType<typeof theme>} */ (this.#theme);
    const { ratio, side, turns } = this.#plot;
    const most = side < NARROW ? MOST_NARROW : MOST;
    const { digits } = this.#wish;
    const dressed = this.#stage.set({ run, set, items, film, digits, most, ratio, colours, paper });
    const moment = film === null ? outcomes : step;
    const shown = [
      moment,
      turns,
      film,
      side,
      this.#stage.sprites,
      chosen,
      chosen?.kind === "cell" && outcomes,
    ];
    if (!dressed && shown.every((part, i) => part === this.#shown[i])) return;
    this.#shown = shown;
    if (film === null) this.#stage.project(outcomes, this.#plot.ends());
    else this.#stage.follow(film.places.get(step));
    const strong = chosen === null ? null : this.#stage.strong(positionsOf(chosen, outcomes, items.labels));
    this.#plot.show({ ...this.#stage, strong }, film === null);
  }

  /**
   * Where what the page looks at lies: at its own point; or put there by its answer; or among its neighbours.
   * @param {View} view
   * @param {Outcomes} outcomes
   * @param {Film | null} film
   */
  #mark({ run, step, input, logits, probabilities }, outcomes, film) {
    const { from } = input;
    const point =
      from.kind === "digit" && from.set === outcomes.set ? this.#stage.pointOf(from.position) : -1;
    this.#plot.marks.paint(input, run.graph.input.shape);
    if (point >= 0) this.#own = [point, Infinity];
    else if (film === null) {
      const out = new Float32Array(2);
      project(probabilities, this.#plot.ends(), out);
      this.#own = [out[0], out[1]];
    } else {
      const codes = codesOf(logits, outcomes.scale);
      this.#own = amid(nearest(outcomes, codes, NEIGHBOURS, { among: film.items }), film, step);
    }
    this.#plot.own(point < 0 && film !== null);
  }

  #tellSoon() {
    this.#soon ??= setTimeout(() => this.#tell(), Math.max(this.#last + REST - performance.now(), 0));
  }

  /** Name the neighbours and the chosen ones. */
  #tell() {
    this.#soon = undefined;
    this.#last = performance.now();
    const view = /** @type {View} */ (this.#view);
    const { outcomes, input, logits, computed, chosen } = view;
    if (outcomes === null || this.#held === undefined) return;
    const { kind } = this.#wish;
    this.#told = [outcomes, computed, chosen, kind];
    const { from } = input;
    const ours = from.kind === "digit" && from.set === outcomes.set;
    const except = ours ? from.position : -1;
    const found = nearest(outcomes, codesOf(logits, outcomes.scale), NEIGHBOURS, { except });
    const near = found.map(({ position }) => position);
    this.#side.update({
      view,
      outcomes,
      items: this.#held.items,
      kind,
      near,
      member: this.#own[1] === Infinity,
    });
    this.#point(this.#over);
  }

  /** @param {number} point  that is pointed at; -1 for none */
  #point(point) {
    this.#over = point;
    this.#plot.point(point);
    const outcomes = this.#view?.outcomes;
    const position = this.#stage.positions[point];
    if (position === undefined || outcomes == null || this.#held === undefined) {
      write(this.#here, HINTS[this.#wish.kind]);
      return;
    }
    write(
      this.#here,
      `${itemWords(position, this.#held.items, outcomes, /** @type {View} */ (this.#view).run)}.`,
    );
  }

  /** @param {number[]} points */
  #choose(points) {
    const positions = Int32Array.from(points, (point) => this.#stage.positions[point]).sort();
    this.#actions.choose(positions.length === 0 ? null : { kind: "items", positions, from: "lasso" });
  }

  /** @param {number} position */
  #take(position) {
    const { set } = /** @type {Held} */ (this.#held);
    this.#taking.take(/** @type {View} */ (this.#view), set, position);
  }
}

/**
 * The colours of the page's theme.
 * @param {View["tables"]} tables
 * @param {number} classes
 */
function theme(tables, classes) {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const paper = /** @type {[number, number, number]} */ (
    [1, 3, 5].map((at) => parseInt(token("--card").slice(at, at + 2), 16))
  );
  return { tables, colours: classColours(classes, dark ? "dark" : "light"), paper };
}
