import type { MimeBundle } from '../figures/bundle';
import { escapeMarkup } from '../figures/svg';
import { COLORS } from '../figures/theme';
import { openCellOutput } from './kernel';

/** State of a task at one moment. */
interface ProgressState {
  readonly title: string;
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
}

/**
 * Makes a callback that shows the progress of a task with its rate and the remaining time: a bar in a notebook and in a
 * terminal, otherwise a line every half minute, in CI the last line only.
 * @param title name of the task
 * @param stream default: the running cell, outside of notebooks standard output; a given stream that is no terminal gets
 *   lines without the last one
 * @returns the callback; time is measured from its first call, and calls between two drawings return at once
 */
export function followProgress(
  title: string,
  stream?: NodeJS.WriteStream,
): (done: number, total: number) => void {
  const { everyMs, draw } = choosePlace(stream);
  let start: number | undefined;
  let drawnAt = -Infinity;
  let hasEnded = false;
  const drawNow = (done: number, total: number) => {
    drawnAt = performance.now();
    start ??= drawnAt;
    draw({ title, done, total, elapsedMs: drawnAt - start });
  };
  return (done, total) => {
    if (start === undefined && total > 0) drawNow(0, total);
    if (hasEnded || (done < total && performance.now() - drawnAt < everyMs)) return;
    hasEnded = done >= total;
    drawNow(Math.min(done, total), total);
  };
}

/** Chooses how progress is drawn, and the minimum time between two drawings. */
function choosePlace(given?: NodeJS.WriteStream): {
  everyMs: number;
  draw: (state: ProgressState) => unknown;
} {
  const send = given ? undefined : openCellOutput();
  if (send) return { everyMs: 100, draw: (state) => send(toBundle(state)) };
  const stream = given ?? process.stdout;
  const drawBar = (state: ProgressState) =>
    stream.write(`\r\u001b[2K${toBar(state, stream.columns)}${isFinished(state) ? '\n' : ''}`);
  if (stream.isTTY) return { everyMs: 100, draw: drawBar };
  const isShown = (state: ProgressState) =>
    isFinished(state) ? !given : state.done > 0 && (given || !process.env.CI);
  return { everyMs: 30_000, draw: (state) => isShown(state) && stream.write(`${toLine(state)}\n`) };
}

function isFinished({ done, total }: ProgressState): boolean {
  return done >= total;
}

/** Formats a state as one line, such as `Faces: 420 of 1,680, 25.1 a second, 50 s left`. */
function toLine(state: ProgressState): string {
  const { title, done, total, elapsedMs } = state;
  const [doneText, totalText] = [done, total].map((count) => count.toLocaleString('en-US'));
  const perSecond = elapsedMs > 0 ? (1000 * done) / elapsedMs : 0;
  const rate = perSecond >= 1 ? `${perSecond.toFixed(1)} a second` : `${(1 / perSecond).toFixed(1)} s each`;
  if (isFinished(state))
    return `${title}: ${totalText} in ${toDuration(elapsedMs)}${perSecond > 0 ? ` (${rate})` : ''}`;
  const left = `, ${rate}, ${toDuration((1000 * (total - done)) / perSecond)} left`;
  return `${title}: ${doneText} of ${totalText}${perSecond > 0 ? left : ''}`;
}

/** Draws a state as a notebook's output: a bar with the line beside it. */
function toBundle(state: ProgressState): MimeBundle {
  const { done, total } = state;
  const percent = total > 0 ? (100 * done) / total : 100;
  const color = isFinished(state) ? COLORS.green : COLORS.blue;
  const bar = `<div style="width:${percent.toFixed(1)}%;height:100%;background:${color}"></div>`;
  const role = `role="progressbar" aria-valuemin="0" aria-valuenow="${done}" aria-valuemax="${total}"`;
  const frame = `<div ${role} style="width:240px;height:10px;border-radius:5px;overflow:hidden;background:${COLORS.line}">${bar}</div>`;
  const text = toLine(state);
  const html = `<div style="display:flex;align-items:center;gap:12px">${frame}<span>${escapeMarkup(text)}</span></div>`;
  return { data: { 'text/html': html, 'text/plain': text }, metadata: {} };
}

/** Draws a state as one line of a terminal. @param columns width of the terminal in characters */
function toBar(state: ProgressState, columns: number): string {
  const text = toLine(state);
  const width = Math.min(30, columns - text.length - 4);
  if (width < 8) return text.slice(0, columns - 1);
  const filled = state.total > 0 ? Math.round((width * state.done) / state.total) : width;
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}] ${text}`;
}

function toDuration(elapsedMs: number): string {
  const seconds = elapsedMs / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
