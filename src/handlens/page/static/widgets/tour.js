// The guided tour: two minutes, one thing at a time, each done on the page itself.

/** @import {Actions, View} from "#app/app/view.js" */

import { h, write } from "#app/widgets/dom.js";

/**
 * @typedef {object} Stop
 * @property {string} at  a selector: what it is about
 * @property {string} heading
 * @property {string} text
 * @property {(actions: Actions, view: View) => void} [act]
 */

/** @type {Stop[]} */
const STOPS = [
  {
    at: "#timeline",
    heading: "A whole training, as a line",
    text:
      "Left is before the first lesson, right is the end. The blue curve is the loss, how surprised" +
      " the network was by the right answers; the other is how many it got right. Every mark is a " +
      "moment whose weights were kept.",
    act: (actions) => actions.scrub(Infinity),
  },
  {
    at: "#answer",
    heading: "Before it learnt anything",
    text:
      "We went back to step 0. The weights are random, and so is the answer: about a tenth for each" +
      " digit.",
    act: (actions) => actions.scrub(0),
  },
  {
    at: "#timeline",
    heading: "Watch it learn",
    text:
      "Now it plays. Look at the strip under the curves: a row for each digit, darker where the " +
      "network is surer. That is how the answer to this very picture came about. You can also drag " +
      "the line, or use the arrow keys.",
    act: (actions) => actions.play(),
  },
  {
    at: "#input .pad-frame",
    heading: "Your turn: draw a digit",
    text:
      "Write one on the black square with mouse, pen or finger. Beside it is what the network " +
      "really sees: your ink, brought to 28×28 pixels as the digits it learnt from were. You can " +
      "also paste a picture, or choose a digit that it gets wrong.",
    act: (actions) => actions.scrub(Infinity),
  },
  {
    at: '[data-stage="input"]',
    heading: "Through the layers",
    text:
      "From top to bottom: the picture, then what each layer makes of it. Red is above zero, blue " +
      "below. A layer's colours mean the same at every moment of the training, so what changes is " +
      "the network.",
    act: (actions) => actions.scrub(Infinity),
  },
  {
    at: '[data-stage="input"] + .network-stage',
    heading: "Every number has a reason",
    text:
      "One pixel is marked. The frames above it show what it was computed from; the lens does the " +
      "arithmetic with the real numbers. Point at any other one; click to see the whole operation " +
      "at work.",
    act: (actions, view) => actions.focus(middle(view)),
  },
  {
    at: "#network-tools",
    heading: "What would change its mind?",
    text:
      "“Gradients” colours each value by how the loss would react to it: where blue, more of it " +
      "would lower the loss. A digit that the network is sure of leaves almost nothing to learn.",
    act: (actions) => {
      actions.focus(null);
      actions.show("gradients");
    },
  },
  {
    at: "#timeline",
    heading: "Now it is yours",
    text:
      "The address of this page keeps the moment, the picture and the pixel: copy it, and others " +
      "see what you see. Have a look at when it learnt your seven.",
    act: (actions) => actions.show("values"),
  },
];

export class Tour {
  #element;
  #actions;
  #view;
  #at = 0;
  /** @type {HTMLElement | null} */
  #before = null;
  #heading = h("h2", { id: "tour-heading", tabindex: "-1" });
  #text = h("p");
  #count = h("span", { class: "quiet-text number" });
  #back = h("button", { type: "button", class: "quiet" }, "Back");
  #next = h("button", { type: "button", class: "main" }, "Next");

  /**
   * @param {HTMLElement} element
   * @param {Actions} actions
   * @param {() => View} view
   */
  constructor(element, actions, view) {
    this.#element = element;
    this.#actions = actions;
    this.#view = view;
    const end = h("button", { type: "button", class: "quiet", "aria-label": "End the tour" }, "End");
    end.addEventListener("click", () => this.end());
    this.#back.addEventListener("click", () => this.#go(this.#at - 1));
    this.#next.addEventListener("click", () => this.#go(this.#at + 1));
    element.addEventListener("keydown", (event) => event.key === "Escape" && this.end());
    const buttons = h("div", { class: "buttons" }, this.#count, end, this.#back, this.#next);
    element.append(this.#heading, this.#text, buttons);
  }

  start() {
    this.#before = /** @type {HTMLElement | null} */ (document.activeElement);
    this.#element.hidden = false;
    this.#actions.pin(null);
    this.#actions.show("values");
    this.#go(0);
  }

  end() {
    this.#mark(null);
    this.#element.hidden = true;
    document.documentElement.style.removeProperty("--tour-height");
    this.#before?.focus();
  }

  /** @param {number} place */
  #go(place) {
    if (place >= STOPS.length) {
      this.end();
      return;
    }
    this.#at = place;
    const { at, heading, text, act } = STOPS[place];
    write(this.#heading, heading);
    write(this.#text, text);
    write(this.#count, `${place + 1} of ${STOPS.length}`);
    write(this.#next, place === STOPS.length - 1 ? "Done" : "Next");
    this.#back.disabled = place === 0;
    const height = this.#element.getBoundingClientRect().height;
    document.documentElement.style.setProperty("--tour-height", `${Math.ceil(height)}px`);
    this.#mark(document.querySelector(at));
    act?.(this.#actions, this.#view());
    this.#heading.focus({ preventScroll: true });
  }

  /** @param {Element | null} target */
  #mark(target) {
    document.querySelector(".toured")?.classList.remove("toured");
    target?.classList.add("toured");
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    target?.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  }
}

/** A unit in the midst of the first convolution's maps. @param {View} view */
function middle({ run }) {
  const node = run.graph.nodes.find(({ op, stage }) => op === "conv" && stage) ?? run.graph.nodes[0];
  const shape = run.graph.shape(node.name);
  if (shape.length !== 3) return { stage: node.name, index: 0 };
  return { stage: node.name, index: Math.floor(shape[1] / 2) * shape[2] + Math.floor(shape[2] / 2) };
}
