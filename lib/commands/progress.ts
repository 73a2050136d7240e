import {
  progress,
  progressToBar,
  progressToText,
  type Progress,
  type ProgressState,
} from '../notebook/progress';

/**
 * Gives a callback that shows on standard error how far a long task is: results go to standard output, which may be
 * a file or a pipe. A terminal gets a bar, anything else a line every half minute.
 * @param title what is being done
 */
export function followOnStderr(title: string): (done: number, total: number) => void {
  const { stderr } = process;
  const now = () => performance.now();
  const drawBar = (state: ProgressState) =>
    stderr.write(`\r\u001b[2K${progressToBar(state, stderr.columns)}${state.isFinished ? '\n' : ''}`);
  const drawLine = (state: ProgressState) =>
    state.done > 0 && !state.isFinished ? stderr.write(`${progressToText(state)}\n`) : undefined;
  const place = stderr.isTTY
    ? { now, everyMs: 100, draw: drawBar }
    : { now, everyMs: 30_000, draw: drawLine };
  let bar: Progress | undefined;
  return (done, total) => (bar ??= progress(title, total, place)).set(done);
}

/** Tells on standard error what a data set's reader left out. */
export function tellNotes({ notes = [] }: { readonly notes?: readonly string[] }): void {
  for (const note of notes) process.stderr.write(`${note}\n`);
}
