/** Runs by name. Only this map refers to an abandoned run; the cell that runs again does not know it. */
const runs = new Map<string, { readonly stop: () => void; readonly ended: Promise<unknown> }>();

/**
 * Runs a task that the stop button ends. The kernel only abandons an interrupted cell: its asynchronous work continues until
 * it asks whether to stop. If the cell runs again, the abandoned run is stopped first, so that two runs never write the same
 * weights and files. A task that never awaits a macrotask (`setImmediate`) never receives the signal. In a terminal the first
 * Ctrl-C stops the task, the second one ends the process.
 * @param name of the task; two runs with one name never overlap, such as "training"
 * @param task called with a function that returns whether to end after the current step
 * @throws what the task throws
 */
export async function runStoppable<T>(
  name: string,
  task: (shouldStop: () => boolean) => Promise<T>,
): Promise<T> {
  for (let earlier = runs.get(name); earlier; earlier = runs.get(name)) {
    earlier.stop();
    await earlier.ended;
  }
  let isStopped = false;
  const stop = () => {
    isStopped = true;
  };
  // Not immediately: tslab runs the first, synchronous part of a cell with `breakOnSigint`. Meanwhile Node removes all
  // listeners, and afterwards it restores its own handler: it never calls a listener that was added in between, and the
  // next signal ends the kernel.
  queueMicrotask(() => process.once('SIGINT', stop));
  const result = (async () => task(() => isStopped))();
  runs.set(name, { stop, ended: result.catch(() => undefined) });
  try {
    return await result;
  } finally {
    process.off('SIGINT', stop);
    runs.delete(name);
  }
}
