import {
  progress,
  progressToBar,
  progressToText,
  type Progress,
  type ProgressState,
} from '../notebook/progress';

/** Prints a line of a command's result on standard output. */
export function print(line: string): void {
  console.log(line);
}

/** Prints a message on standard error, separate from results. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Makes a callback that shows the progress of a long task on standard error: a terminal gets a bar, anything else a line
 * every half minute.
 * @param title name of the task
 */
export function followOnStderr(title: string): (done: number, total: number) => void {
  const { stderr } = process;
  const now = () => performance.now();
  const drawBar = (state: ProgressState) =>
    stderr.write(`\r\u001b[2K${progressToBar(state, stderr.columns)}${state.isFinished ? '\n' : ''}`);
  const drawLine = (state: ProgressState) =>
    state.done > 0 && !state.isFinished ? tell(progressToText(state)) : undefined;
  const place = stderr.isTTY
    ? { now, everyMs: 100, draw: drawBar }
    : { now, everyMs: 30_000, draw: drawLine };
  let bar: Progress | undefined;
  return (done, total) => (bar ??= progress(title, total, place)).set(done);
}

/** Exit status after Ctrl-C. */
export const STOPPED_STATUS = 130;

/**
 * Sets the exit status of a command that Ctrl-C stopped.
 * @param message says what became of the work; default: nothing is told
 */
export function exitStopped(message?: string): void {
  if (message !== undefined) tell(message);
  process.exitCode = STOPPED_STATUS;
}
