// What the room says.

/** @import {About} from "#app/source/about.js" */
/** @import {Items, Run} from "#app/source/run.js" */
/** @import {Outcomes} from "#app/look/outcomes.js" */

import { itemName, setName, withArticle } from "#app/reading/words.js";
import { counted, percent } from "#app/widgets/words.js";

/** What may be read from each view, and what may not. */
export const READING = {
  linear: {
    may:
      "Each class pulls a dot towards the end of its axis, as strongly as the network believes in it: out there " +
      "it is sure, between two axes it wavers, in the middle it knows nothing. The map is linear and stays, so " +
      "every movement is the network's.",
    not:
      "What lies together needn't be alike: other ways of turning the axes show other differences. The fit hides " +
      "nothing, overlap hides much. Piles are fanned out a little.",
  },
  tsne: {
    may: "Who is near whom: neighbours in the layer before the logits stay neighbours.",
    not:
      "Distances between groups, sizes of groups, directions: they mean nothing. Nor are groups at step 0 " +
      "knowledge: similar strokes stay similar through random kernels, and each frame was begun from the one " +
      "after it, so early ones look as much like the end as they can.",
  },
};

/**
 * Of how many items the cloud is, of which set, and what must be said of that.
 * @param {number} count
 * @param {About} about
 * @param {Outcomes} outcomes
 */
export function cloudWords(count, { things, sets, rooms }, { set, step }) {
  const whole = sets.find(({ name }) => name === set)?.n ?? count;
  const some = count < whole ? `${counted(count)} of the ${counted(whole)}` : counted(count);
  const name = set === "samples" ? "samples" : `${setName(set)} ${things}`;
  const said = rooms?.said ? `; ${rooms.said}` : "";
  return `${some} ${name} at step ${counted(step)}${said}.`;
}

/**
 * "Test item 8: a 5, read as a 6, 82 % sure"
 * @param {number} position
 * @param {Items} items
 * @param {Outcomes} outcomes
 * @param {Run} run
 */
export function itemWords(position, { indices, labels }, outcomes, { graph: { classes } }) {
  const [label, guess] = [labels[position], outcomes.guesses[position]];
  const confidence = outcomes.confidence(position);
  const what = itemName(outcomes.set, indices[position]);
  if (Number.isNaN(confidence)) return `${what}: ${withArticle(classes[label])}, no answer`;
  const read = label === guess ? "read as one" : `read as ${withArticle(classes[guess])}`;
  return `${what}: ${withArticle(classes[label])}, ${read}, ${percent(confidence, 0)} sure`;
}

/**
 * Of chosen items: how many, of which classes, how many wrong.
 * @param {ArrayLike<number>} positions
 * @param {Int32Array} labels
 * @param {Uint8Array} guesses
 * @param {string[]} classes
 */
export function chosenWords(positions, labels, guesses, classes) {
  const counts = new Map();
  let wrong = 0;
  for (let i = 0; i < positions.length; i++) {
    const label = labels[positions[i]];
    counts.set(label, (counts.get(label) ?? 0) + 1);
    if (label !== guesses[positions[i]]) wrong++;
  }
  const most = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const said = most.slice(0, 4).map(([label, count]) => `${counted(count)} × ${classes[label]}`);
  if (most.length > 4) said.push("others");
  const chosen = counted(positions.length);
  const read = wrong === 0 ? "all read right" : `${counted(wrong)} read wrong`;
  return positions.length === 0 ? "None." : `${chosen} chosen: ${said.join(", ")}; ${read}.`;
}

/**
 * Where one's own input stands.
 * @param {"linear" | "tsne"} kind
 * @param {boolean} member  whether it is among the points itself
 */
export function ownWords(kind, member) {
  if (member) return "The ring marks the item that the page looks at; these answer most like it.";
  if (kind === "linear") return "The ring marks what the page looks at, put in its place by its own answer.";
  return "A t-SNE has no place for a newcomer: the dashed ring is where its neighbours are.";
}
