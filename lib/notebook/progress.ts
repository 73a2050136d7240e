import type { MimeBundle } from '../figures/bundle';
import { escapeMarkup } from '../figures/svg';
import { COLORS } from '../figures/theme';
import { openCellOutput } from './kernel';

/** State of a task at one moment. */
export interface ProgressState {
  readonly title: string;
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
}

/** Where progress is drawn. */
export interface ProgressPlace {
  readonly draw: (state: ProgressState) => unknown;
  /** Minimum time between two drawings in milliseconds. */
  readonly everyMs: number;
  /** Clock in milliseconds, default `performance.now`. */
  readonly now?: () => number;
}

/**
 * Makes a callback that shows the progress of a task with its rate and the remaining time: a bar in a notebook and in a
 * terminal, otherwise a line every half minute, in CI the last line only.
 * @param title name of the task
 * @returns the callback; time is measured from its first call, and calls between two drawings return at once
 */
export function followProgress(
  title: string,
  place: ProgressPlace = choosePlace(),
): (done: number, total: number) => void {
  const now = place.now ?? (() => performance.now());
  let start: number | undefined;
  let drawnAt = -Infinity;
  let hasEnded = false;
  const draw = (done: number, total: number) => {
    drawnAt = now();
    start ??= drawnAt;
    place.draw({ title, done, total, elapsedMs: drawnAt - start });
  };
  return (done, total) => {
    if (start === undefined && total > 0) draw(0, total);
    if (hasEnded || (done < total && now() - drawnAt < place.everyMs)) return;
    hasEnded = done >= total;
    draw(Math.min(done, total), total);
  };
}

function choosePlace(): ProgressPlace {
  const send = openCellOutput();
  if (!send)
    return streamPlace(process.stdout, (state) => isFinished(state) || (!process.env.CI && state.done > 0));
  return { everyMs: 100, draw: (state) => send(progressToBundle(state)) };
}

/** Draws progress on a stream: a bar in a terminal, otherwise a line every half minute for some of the states. */
export function streamPlace(
  stream: NodeJS.WriteStream,
  isShown: (state: ProgressState) => boolean,
): ProgressPlace {
  const drawBar = (state: ProgressState) =>
    stream.write(`\r\u001b[2K${progressToBar(state, stream.columns)}${isFinished(state) ? '\n' : ''}`);
  const drawLine = (state: ProgressState) => isShown(state) && stream.write(`${progressToText(state)}\n`);
  return stream.isTTY ? { everyMs: 100, draw: drawBar } : { everyMs: 30_000, draw: drawLine };
}

function isFinished({ done, total }: ProgressState): boolean {
  return done >= total;
}

/** Formats a state as one line, such as `Faces: 420 of 1,680, 25.1 a second, 50 s left`. */
export function progressToText(state: ProgressState): string {
  const { title, done, total, elapsedMs } = state;
  const [doneText, totalText] = [done, total].map((count) => count.toLocaleString('en-US'));
  const rate = elapsedMs > 0 ? (1000 * done) / elapsedMs : 0;
  if (isFinished(state))
    return `${title}: ${totalText} in ${toDuration(elapsedMs)}${rate > 0 ? ` (${toRate(rate)})` : ''}`;
  const counts = `${title}: ${doneText} of ${totalText}`;
  return rate === 0
    ? counts
    : `${counts}, ${toRate(rate)}, ${toDuration((1000 * (total - done)) / rate)} left`;
}

/** Draws a state as a notebook's output: a bar with the line beside it. */
export function progressToBundle(state: ProgressState): MimeBundle {
  const { done, total } = state;
  const percent = total > 0 ? (100 * done) / total : 100;
  const color = isFinished(state) ? COLORS.green : COLORS.blue;
  const bar = `<div style="width:${percent.toFixed(1)}%;height:100%;background:${color}"></div>`;
  const role = `role="progressbar" aria-valuemin="0" aria-valuenow="${done}" aria-valuemax="${total}"`;
  const frame = `<div ${role} style="width:240px;height:10px;border-radius:5px;overflow:hidden;background:${COLORS.line}">${bar}</div>`;
  const text = progressToText(state);
  const html = `<div style="display:flex;align-items:center;gap:12px">${frame}<span>${escapeMarkup(text)}</span></div>`;
  return { data: { 'text/html': html, 'text/plain': text }, metadata: {} };
}

/** Draws a state as one line of a terminal. @param columns width of the terminal in characters */
export function progressToBar(state: ProgressState, columns: number): string {
  const text = progressToText(state);
  const width = Math.min(30, columns - text.length - 4);
  if (width < 8) return text.slice(0, columns - 1);
  const filled = state.total > 0 ? Math.round((width * state.done) / state.total) : width;
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}] ${text}`;
}

function toRate(perSecond: number): string {
  if (perSecond >= 1) return `${perSecond.toFixed(1)} a second`;
  return `${(1 / perSecond).toFixed(1)} s each`;
}

function toDuration(elapsedMs: number): string {
  const seconds = elapsedMs / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
