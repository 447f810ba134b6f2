// Which of its input maps a convolution's number owes most to: one bar a map, to choose from.

/** @import {View} from "#app/app/view.js" */
/** @import {ConvArithmetic} from "#app/look/arithmetic.js" */

import { number } from "#app/look/numbers.js";
import { h, write } from "#app/widgets/dom.js";
import { largest } from "#app/widgets/lens/bars.js";
import { largestOf, lay } from "#app/widgets/lens/ledger.js";
import { ofTerms } from "#app/widgets/lens/shade.js";

/** With more maps than this only the largest are listed. */
const ALL = 32;
const NAMED = 24;

/** @typedef {{button: HTMLElement, name: HTMLElement, fill: HTMLElement, value: HTMLElement,
 *   map: number}} Row */

export class Channels {
  /** @type {Row[]} */
  #rows = [];
  /** @type {number | null} */
  #wish = null;
  #stage = "";
  #list = h("div", { class: "channel-list" });
  #rest = h("p", { class: "quiet-text" });
  #again;
  chosen = 0;

  /** @param {() => void} again  called when another map was chosen */
  constructor(again) {
    this.#again = again;
    const heading = h("h3", {}, "The sum of each input map");
    this.element = h("div", { class: "channels" }, heading, this.#list, this.#rest);
  }

  /** @param {number | null} channel  null: the one that adds most */
  choose(channel) {
    this.#wish = channel;
  }

  /**
   * @param {ConvArithmetic} arithmetic
   * @param {View} view
   */
  update({ stage, channels, first }, view) {
    if (this.#stage !== stage) this.#wish = null;
    this.#stage = stage;
    const order = largest(channels, channels.length > ALL ? NAMED : channels.length);
    if (this.#wish !== null && this.#wish >= channels.length) this.#wish = null;
    this.chosen = this.#wish ?? order.named[0];
    this.element.hidden = channels.length === 1;
    if (channels.length === 1) return;
    const shown = order.others > 0 ? order.named : [...order.named].sort((a, b) => a - b);
    const shade = ofTerms(view, stage);
    const most = largestOf(channels);
    while (this.#rows.length < shown.length) this.#add();
    this.#rows.forEach(({ button }, i) => (button.hidden = i >= shown.length));
    shown.forEach((map, i) => this.#write(this.#rows[i], map, first, channels[map], most, shade));
    this.#rest.hidden = order.others === 0;
    write(this.#rest, `and ${order.others} smaller ones: ${number(order.rest)}`);
    this.#rest.dataset.value = String(order.rest);
  }

  /**
   * @param {Row} row
   * @param {number} map
   * @param {number} first
   * @param {number} sum
   * @param {number} most
   * @param {import("#app/widgets/lens/shade.js").Shade} shade
   */
  #write(row, map, first, sum, most, shade) {
    row.map = map;
    write(row.name, String(first + map + 1));
    row.button.setAttribute("aria-label", `map ${first + map + 1}: ${number(sum)}`);
    write(row.value, number(sum));
    row.button.dataset.value = String(sum);
    row.button.setAttribute("aria-pressed", String(map === this.chosen));
    lay(row.fill, sum, most, shade);
  }

  #add() {
    const [name, fill, value] = [h("span", { class: "label" }), h("i"), h("span", { class: "value number" })];
    const bar = h("span", { class: "bar", "aria-hidden": "true" }, fill);
    const button = h("button", { type: "button", "data-role": "channel" }, name, bar, value);
    const row = { button, name, fill, value, map: 0 };
    button.addEventListener("click", () => {
      this.#wish = this.#wish === row.map ? null : row.map;
      this.#again();
    });
    this.#rows.push(row);
    this.#list.append(button);
  }
}
