/** A flag that the stop button (or Ctrl-C) sets. Long tasks read it between their steps. */
export interface StopFlag {
  /** Returns whether the task should end after the current step. It needs no `this`. */
  readonly isRequested: () => boolean;
  /** Sets the flag, as the stop button does. */
  readonly request: () => void;
  /** Stops listening. The flag keeps its value. */
  readonly dispose: () => void;
}

/**
 * Listens to the stop button. The kernel only abandons an interrupted cell: its asynchronous work continues until it reads
 * this flag. A task that never awaits a macrotask (`setImmediate`) never receives the signal.
 * In a terminal the first Ctrl-C sets the flag, the second one ends the process.
 */
export function watchStop(): StopFlag {
  let requested = false;
  let isDisposed = false;
  const request = () => {
    requested = true;
  };
  // Not immediately: tslab runs the first, synchronous part of a cell with `breakOnSigint`. Meanwhile Node removes all
  // listeners, and afterwards it restores its own handler: it never calls a listener that was added in between, and the
  // next signal ends the kernel.
  queueMicrotask(() => {
    if (!isDisposed) process.once('SIGINT', request);
  });
  const dispose = () => {
    isDisposed = true;
    process.off('SIGINT', request);
  };
  return { isRequested: () => requested, request, dispose };
}

/** Runs by name. Only this map refers to an abandoned run; the cell that runs again does not know it. */
const runs = new Map<string, { readonly stop: StopFlag; readonly ended: Promise<unknown> }>();

/**
 * Runs a task that the stop button ends. If an interrupted cell runs again, the abandoned run is stopped first, so that two
 * runs never write the same weights and files.
 * @param name of the task; two runs with one name never overlap, such as "training"
 * @param task called with the flag, which it reads between its steps
 * @throws what the task throws
 */
export async function runStoppable<T>(name: string, task: (stop: StopFlag) => Promise<T>): Promise<T> {
  for (let earlier = runs.get(name); earlier; earlier = runs.get(name)) {
    earlier.stop.request();
    await earlier.ended;
  }
  const stop = watchStop();
  const result = (async () => task(stop))();
  runs.set(name, { stop, ended: result.catch(() => undefined) });
  try {
    return await result;
  } finally {
    stop.dispose();
    runs.delete(name);
  }
}
