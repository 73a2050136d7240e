/** What Node has and a browser has not. */
interface Host {
  readonly setImmediate?: (callback: () => void) => unknown;
}

/**
 * Gives timers, signals and drawing a turn before work goes on: at most a fraction of a millisecond where nothing
 * waits.
 */
export function yieldToHost(): Promise<void> {
  const { setImmediate } = globalThis as Host;
  return new Promise((resolve) => {
    if (setImmediate) setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
