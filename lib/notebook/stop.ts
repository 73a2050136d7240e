/** A flag that the stop button (or Ctrl-C) sets. Long tasks read it between their steps. */
export interface StopFlag {
  /** Tells whether the task should end after the step in hand. Needs no `this`: pass it on as a function. */
  readonly isRequested: () => boolean;
  /** Asks the task to end, as the stop button does. */
  readonly request: () => void;
  /** Stops listening. The flag keeps its value. */
  readonly dispose: () => void;
}

/**
 * Listens to the stop button. The kernel only abandons the cell that is interrupted: its asynchronous work goes on
 * until it looks at this flag. A task that never awaits a macrotask (`setImmediate`) never sees the signal.
 * In a terminal the first Ctrl-C sets the flag, the second one ends the process as ever.
 */
export function watchStop(): StopFlag {
  let requested = false;
  let isDisposed = false;
  const request = () => {
    requested = true;
  };
  // Not at once: tslab runs the first, synchronous part of a cell with `breakOnSigint`. Node takes all listeners off
  // meanwhile and puts its own handler back afterwards; a listener that was added in between is never heard, and the
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

interface Run {
  readonly stop: StopFlag;
  /** Resolves when the run has ended, well or badly. */
  readonly ended: Promise<void>;
}

// The process' own: cells share nothing but the process, and an abandoned run is known by nothing else.
const runs = new Map<string, Run>();

/**
 * Runs a task that the stop button ends. When the cell was interrupted and is run again, the abandoned run is asked
 * to stop and waited for first, so that two never write the same weights and files.
 * @param name what must not run twice at a time, such as "training"
 * @param task gets the flag that it has to read between its steps
 * @returns what the task returns
 * @throws what the task throws
 */
export async function runStoppable<T>(name: string, task: (stop: StopFlag) => Promise<T>): Promise<T> {
  for (let earlier = runs.get(name); earlier; earlier = runs.get(name)) {
    earlier.stop.request();
    await earlier.ended;
  }
  const stop = watchStop();
  const result = (async () => task(stop))();
  const run: Run = { stop, ended: result.then(ignore, ignore) };
  runs.set(name, run);
  try {
    return await result;
  } finally {
    stop.dispose();
    runs.delete(name);
  }
}

// The run's own caller gets its error; whoever waits for its end does not.
function ignore(): void {}
