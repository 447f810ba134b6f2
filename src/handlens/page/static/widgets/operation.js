// The operation view: one operation large, while it computes the number that was clicked.

/** @import {Actions, Unit, View} from "#app/app/view.js" */
/** @import {Scene} from "#app/widgets/operation/scene.js" */

import { explain } from "#app/look/arithmetic.js";
import { INPUT } from "#app/net/graph.js";
import { h } from "#app/widgets/dom.js";
import { faceOf } from "#app/widgets/lens/face.js";
import { unitOf } from "#app/widgets/lens/place.js";
import { Head } from "#app/widgets/operation/head.js";
import { Player } from "#app/widgets/operation/player.js";
import { sceneOf } from "#app/widgets/operation/scenes.js";

/** A dialog that leaves the rest of the page in use: what is scrubbed or drawn meanwhile is followed. */
export class OperationView {
  /** @type {Map<string, Scene>} */
  #scenes = new Map();
  /** @type {View | null} */
  #view = null;
  /** The number that was pinned, as a key. */
  #pinned = "";
  /** The number that the window is at. @type {Unit} */
  #unit = { stage: "", index: 0 };
  #shown = "";
  /** @type {View["tables"] | null} */
  #tables = null;
  /** Whether only what the window has passed is drawn in full. */
  #sliding = false;
  #head;
  #player = new Player((by) => this.#step(by));
  #body = h("div", { class: "operation-body" });
  /** @type {Element | null} */
  #from = null;
  #actions;

  /**
   * @param {HTMLDialogElement} element
   * @param {Actions} actions
   */
  constructor(element, actions) {
    this.element = element;
    this.#actions = actions;
    this.#head = new Head((unit) => actions.pin(unit), this.#player.element);
    element.classList.add("operation");
    element.setAttribute("aria-labelledby", this.#head.titleId);
    element.replaceChildren(h("div", { class: "operation-inner" }, this.#head.element, this.#body));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && element.open && !event.defaultPrevented) actions.pin(null);
    });
  }

  /** @param {View} view */
  update(view) {
    this.#view = view;
    const unit = view.pinned ? unitOf(view) : null;
    if (unit === null) {
      this.#close();
      return;
    }
    const opened = !this.element.open;
    const pinned = `${unit.stage} ${unit.index}`;
    if (pinned !== this.#pinned || opened) {
      this.#pinned = pinned;
      this.#start(unit, opened);
    }
    this.#show();
  }

  /**
   * Another number was clicked.
   * @param {Unit} unit
   * @param {boolean} opened
   */
  #start(unit, opened) {
    const stayed = unit.stage === this.#unit.stage && unit.index === this.#unit.index;
    this.#unit = { ...unit };
    if (opened) {
      this.#from = document.activeElement;
      this.element.show();
      this.#head.focus();
    }
    if (stayed && !opened) return; // the window's own place was clicked
    const scene = this.#sceneOf(unit.stage);
    this.#player.element.hidden = scene.slides !== true;
    this.#sliding = false; // first the number that was clicked; the window slides when it is asked to
    this.#player.pause();
  }

  #close() {
    if (!this.element.open) return;
    this.#player.pause();
    const inside = this.element.contains(document.activeElement);
    this.element.close();
    if (inside && this.#from instanceof HTMLElement && this.#from.isConnected) this.#from.focus();
  }

  #show() {
    const view = this.#view;
    const weights = view?.run.weights(view.step);
    if (view === null || weights === undefined || !this.element.open) return;
    const { stage, index } = this.#unit;
    const key = [stage, index, view.computed, this.#sliding, view.step].join(" ");
    if (key === this.#shown && view.tables === this.#tables) return;
    this.#shown = key;
    this.#tables = view.tables;
    const arithmetic = explain(view.network, stage, index, weights);
    const scene = this.#sceneOf(stage);
    if (this.#body.firstChild !== scene.element) this.#body.replaceChildren(scene.element);
    this.#head.update(view, this.#unit, arithmetic);
    scene.update({ view, unit: this.#unit, arithmetic, sliding: this.#sliding });
  }

  /**
   * @param {string} stage
   * @returns {Scene}
   */
  #sceneOf(stage) {
    const graph = /** @type {View} */ (this.#view).network.graph;
    const op = stage === INPUT ? INPUT : graph.node(stage).op;
    let scene = this.#scenes.get(op);
    if (scene === undefined) {
      scene = sceneOf(op, { go: (index, press) => this.#go(index, press), again: () => this.#again() });
      this.#scenes.set(op, scene);
    }
    return scene;
  }

  /**
   * Move the window by hand.
   * @param {number} index
   * @param {boolean} press  for good
   */
  #go(index, press) {
    this.#player.pause();
    this.#sliding = false;
    this.#unit = { stage: this.#unit.stage, index };
    if (press) this.#actions.pin({ ...this.#unit });
    this.#show();
  }

  /**
   * The next place of the window, or the last, within the same map.
   * @param {1 | -1} by
   */
  #step(by) {
    if (this.#view === null) return;
    const { stage, index } = this.#unit;
    const { start, count } = faceOf(this.#view.network.graph.shape(stage), index);
    this.#sliding = true;
    this.#unit = { stage, index: start + ((index - start + by + count) % count) };
    this.#show();
  }

  /** Something was chosen within the scene. */
  #again() {
    this.#shown = "";
    this.#show();
  }
}
