// Staying with what was gone to while the page is still being made.

const SETTLES = 2000; // milliseconds without growth until the page is taken to be made

/**
 * Scroll to a part of the page, and stay with it while it and what stands above it still grow: until somebody
 * moves.
 * @param {HTMLElement} element
 */
export function stay(element) {
  const listening = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settled;
  const observer = new ResizeObserver(() => {
    element.scrollIntoView();
    clearTimeout(settled);
    settled = setTimeout(end, SETTLES);
  });
  const end = () => {
    observer.disconnect();
    listening.abort();
    clearTimeout(settled);
  };
  observer.observe(document.body);
  for (const move of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    window.addEventListener(move, end, { passive: true, signal: listening.signal });
  }
}
