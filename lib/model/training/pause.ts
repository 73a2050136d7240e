/** Functions of Node.js that browsers lack. */
interface Host {
  readonly setImmediate?: (callback: () => void) => unknown;
}

/** Lets timers, signals and drawing run. Without pending events it takes less than a millisecond in Node.js. */
export function yieldToHost(): Promise<void> {
  const { setImmediate } = globalThis as Host;
  return new Promise((resolve) => {
    if (setImmediate) setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
