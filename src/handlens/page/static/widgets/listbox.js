// Moving about in a listbox whose options stand in rows, as many beside each other as there is room for.

/**
 * The place that a key leads to from an option; undefined where it leads nowhere.
 * @param {KeyboardEvent} event
 * @param {number} place  of that option
 * @param {HTMLElement[]} options  hidden ones behind the others
 * @returns {number | undefined}
 */
export function placeAfter(event, place, options) {
  if (place < 0 || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const shown = options.filter(({ hidden }) => !hidden);
  const columns = columnsOf(shown);
  const last = shown.length - 1;
  /** @type {Record<string, number>} */
  const moves = {
    ...{ ArrowLeft: place - 1, ArrowRight: place + 1 },
    ...{ ArrowUp: place - columns, ArrowDown: place + columns },
    ...{ Home: 0, End: last },
  };
  return event.key in moves ? Math.min(Math.max(moves[event.key], 0), last) : undefined;
}

/** How many stand beside each other. @param {HTMLElement[]} options */
function columnsOf(options) {
  const next = options.findIndex(({ offsetTop }) => offsetTop > options[0].offsetTop);
  return next < 0 ? options.length : next;
}
