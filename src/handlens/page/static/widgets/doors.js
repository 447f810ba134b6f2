// The page's rooms, in their order. A room's modules are loaded when it opens for the first time.

/** @import {Actions, View} from "#app/app/view.js" */
/** @import {Run} from "#app/source/run.js" */

/**
 * A room is made in an empty element of its own. `update` comes once a picture, only while the room is open
 * and on the screen or near it; `closed` when it was closed, so that it can let go of what it holds.
 * @typedef {object} Room
 * @property {(view: View) => void} update
 * @property {() => void} [closed]
 */

/** @typedef {new (element: HTMLElement, actions: Actions) => Room} RoomClass */

/**
 * @typedef {object} Door
 * @property {string} name  in the address: its own key, whose value is the room's state
 * @property {string} title
 * @property {string} question  that the room answers
 * @property {boolean} outcomes  whether it looks at `view.outcomes`
 * @property {(run: Run) => boolean} fits  whether this recording has it
 * @property {() => Promise<RoomClass>} load
 */

/** @type {Door[]} */
export const DOORS = [
  {
    name: "filters",
    title: "Filters",
    question: "What does each filter look for?",
    outcomes: false,
    fits: (run) => run.has("units"),
    load: async () => (await import("#app/widgets/filters.js")).Filters,
  },
  {
    name: "embedding",
    title: "Embedding",
    question: "What does it find alike?",
    outcomes: true,
    fits: (run) => run.has("outputs"),
    load: async () => (await import("#app/widgets/embedding.js")).Embedding,
  },
  {
    name: "mistakes",
    title: "Mistakes",
    question: "Where is it wrong, how sure was it?",
    outcomes: true,
    fits: (run) => run.has("outputs"),
    load: async () => (await import("#app/widgets/mistakes.js")).Mistakes,
  },
  {
    name: "why",
    title: "Why",
    question: "Which pixels made it say so?",
    outcomes: false,
    fits: () => true,
    load: async () => (await import("#app/widgets/why.js")).Why,
  },
  {
    name: "train",
    title: "Train",
    question: "Train one yourself, and change it while it learns.",
    outcomes: false,
    fits: () => true,
    load: async () => (await import("#app/widgets/train.js")).Train,
  },
  {
    name: "compare",
    title: "Compare",
    question: "What differs from another training?",
    outcomes: true,
    fits: (run) => run.source.several,
    load: async () => (await import("#app/widgets/compare.js")).Compare,
  },
];
