// Numbers that came about plainly: added up, taken over, averaged, or read from the picture.

/** @import {View} from "#app/app/view.js" */
/** @import {Shape} from "#app/net/types.js" */
/** @import {AddArithmetic, InputArithmetic, MeanArithmetic} from "#app/look/arithmetic.js" */
/** @import {MovedArithmetic} from "#app/look/arithmetic.js" */

import { unravel } from "#app/look/place.js";
import { h, write } from "#app/widgets/dom.js";
import { Ledger } from "#app/widgets/lens/ledger.js";
import { unitWords } from "#app/widgets/lens/place.js";
import { ofTerms } from "#app/widgets/lens/shade.js";
import { counted } from "#app/widgets/words.js";

class Plain {
  ledger = new Ledger("How it came about");
  said = h("p", { class: "said" });
  element = h("div", { class: "plain-terms" }, this.said, this.ledger.element);
}

export class AddTerms extends Plain {
  /**
   * @param {AddArithmetic} arithmetic
   * @param {View} view
   */
  update({ stage, parts, value }, view) {
    write(this.said, "The same place of each path, added up.");
    const shade = ofTerms(view, stage);
    this.ledger.update([
      ...parts.map((part) => ({ role: "term", sign: "+", label: part.stage, value: part.value, shade })),
      { role: "value", sign: "=", label: stage, value, total: true },
    ]);
  }
}

/** Flatten, concat and dropout: a number is taken over as it is. */
export class MovedTerms extends Plain {
  /**
   * @param {MovedArithmetic} arithmetic
   * @param {View} view
   */
  update({ stage, op, from, value }, view) {
    const dropped = "Dropout puts out numbers by chance, but only in training; here all of them pass";
    const { graph } = view.network;
    const moved = "Nothing is computed: the number only gets another place";
    const counting = op === "flatten" ? countedOut(graph.shape(from.stage), from.index) : "";
    write(this.said, op === "dropout" ? `${dropped}.` : `${moved}${counting}.`);
    this.ledger.update([
      { role: "from", sign: "", label: unitWords(graph, from), value },
      { role: "value", sign: "=", label: stage, value, total: true },
    ]);
  }
}

/**
 * How a place in a map becomes a place in the list: ": (7 − 1) × 49 + (1 − 1) × 7 + 7 = 301".
 * @param {Shape} shape  of the maps
 * @param {number} index
 */
export function countedOut(shape, index) {
  if (shape.length !== 3) return "";
  const [map, row, column] = unravel(shape, index).map((position) => position + 1);
  const [, height, width] = shape;
  return `: (${map} − 1) × ${height * width} + (${row} − 1) × ${width} + ${column} = ${index + 1}`;
}

export class MeanTerms extends Plain {
  /** @param {MeanArithmetic} arithmetic */
  update({ stage, sum, count, value }) {
    write(this.said, "All those numbers become one: their mean. Where something was found is given up.");
    this.ledger.update([
      { role: "sum", sign: "Σ", label: `${counted(count)} numbers`, value: sum },
      { role: "count", sign: "÷", label: "how many", value: count, text: counted(count) },
      { role: "value", sign: "=", label: stage, value, total: true },
    ]);
  }
}

export class InputTerms extends Plain {
  /** @param {InputArithmetic} arithmetic */
  update({ stage, pixel, mean, std, value }) {
    const plain = mean === 0 && std === 1;
    const then = plain ? "the network takes the pixel as it is" : "then all are brought to a common scale";
    write(this.said, `0 is black, 1 is white; ${then}.`);
    this.ledger.update([
      { role: "pixel", sign: "", label: "pixel", value: pixel },
      ...(plain
        ? []
        : [
            { role: "mean", sign: "−", label: "mean", value: mean },
            { role: "deviation", sign: "÷", label: "standard deviation", value: std },
          ]),
      { role: "value", sign: "=", label: stage, value, total: true },
    ]);
  }
}
