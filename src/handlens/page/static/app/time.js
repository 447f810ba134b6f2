// When things happen.

/**
 * Once, before the next picture is drawn; a hidden page, which draws none, isn't waited for.
 * @param {() => void} run
 */
export function onceAPicture(run) {
  if (document.hidden) setTimeout(run, 0);
  else requestAnimationFrame(run);
}

const SLICE = 8; // milliseconds, where the browser (Safari) has no idle callbacks

/** Once, when the page has nothing else to do. @param {(timeLeft: () => number) => void} run */
export function idle(run) {
  if ("requestIdleCallback" in window) {
    window.requestIdleCallback((deadline) => run(() => deadline.timeRemaining()), { timeout: 500 });
    return;
  }
  setTimeout(() => {
    const end = performance.now() + SLICE;
    run(() => end - performance.now());
  }, SLICE);
}
