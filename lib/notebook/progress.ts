import type { MimeBundle } from '../figures/bundle';
import { escapeMarkup } from '../figures/svg';
import { COLORS } from '../figures/theme';
import { openOutput } from './kernel';

/** Tells how far a long task is. */
export interface Progress {
  /** Sets how many of the total are done. Cheap: it is drawn at most ten times a second. */
  set(done: number): void;
  /** Adds to what is done, default 1. */
  advance(count?: number): void;
  /** Draws the last state, also when not all was done. */
  finish(): void;
}

/** State of a task at one moment. */
export interface ProgressState {
  readonly title: string;
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
  readonly isFinished: boolean;
}

/** Where progress is drawn and what its clock is; tests give their own. */
export interface ProgressPlace {
  /** Draws a state. */
  readonly draw: (state: ProgressState) => void;
  /** Least time between two drawings in milliseconds. */
  readonly everyMs: number;
  readonly now: () => number;
}

/**
 * Shows how far a long task is, with rate and time left: a bar that redraws in place in a notebook and in a
 * terminal; a line every half minute in a pipe, and in CI the last line alone.
 * @param title what is being done
 * @param total how many steps it has, such as images
 */
export function progress(title: string, total: number, place: ProgressPlace = choosePlace()): Progress {
  const start = place.now();
  let done = 0;
  let drawnAt = -Infinity;
  let isFinished = false;
  const draw = () => {
    drawnAt = place.now();
    place.draw({ title, done, total, elapsedMs: drawnAt - start, isFinished });
  };
  const finish = () => {
    if (isFinished) return;
    isFinished = true;
    draw();
  };
  const set = (count: number) => {
    done = Math.min(count, total);
    if (done >= total) finish();
    else if (!isFinished && place.now() - drawnAt >= place.everyMs) draw();
  };
  if (total > 0) set(0);
  return { set, advance: (count = 1) => set(done + count), finish };
}

/**
 * Gives a callback that shows how far a task is; the bar appears with its first call.
 * @param title what is being done
 */
export function followProgress(title: string): (done: number, total: number) => void {
  let bar: Progress | undefined;
  const place = choosePlace();
  return (done, total) => (bar ??= progress(title, total, place)).set(done);
}

/** Writes a state as one line, such as `Faces: 420 of 1,680, 25.1 a second, 50 s left`. */
export function progressToText({ title, done, total, elapsedMs, isFinished }: ProgressState): string {
  const counts = done < total || total === 0 ? `${format(done)} of ${format(total)}` : format(total);
  const rate = elapsedMs > 0 ? (1000 * done) / elapsedMs : 0;
  if (isFinished) {
    const end = done < total ? 'stopped after' : 'in';
    return `${title}: ${counts} ${end} ${toDuration(elapsedMs)}${rate > 0 ? ` (${toRate(rate)})` : ''}`;
  }
  if (rate === 0) return `${title}: ${counts}`;
  return `${title}: ${counts}, ${toRate(rate)}, ${toDuration((1000 * (total - done)) / rate)} left`;
}

/** Draws a state as a notebook's output: a bar with the line beside it. */
export function progressToBundle(state: ProgressState): MimeBundle {
  const share = state.total > 0 ? (100 * state.done) / state.total : 100;
  const color =
    state.isFinished && share < 100 ? COLORS.yellow : state.isFinished ? COLORS.green : COLORS.blue;
  const bar = `<div style="width:${share.toFixed(1)}%;height:100%;background:${color}"></div>`;
  const role = `role="progressbar" aria-valuemin="0" aria-valuenow="${state.done}" aria-valuemax="${state.total}"`;
  const frame = `<div ${role} style="width:240px;height:10px;border-radius:5px;overflow:hidden;background:${COLORS.line}">${bar}</div>`;
  const text = progressToText(state);
  const html = `<div style="display:flex;align-items:center;gap:12px">${frame}<span>${escapeMarkup(text)}</span></div>`;
  return { data: { 'text/html': html, 'text/plain': text }, metadata: {} };
}

/** Draws a state as a line of a terminal that is as wide as told. */
export function progressToBar(state: ProgressState, columns: number): string {
  const text = progressToText(state);
  const room = Math.min(30, columns - text.length - 4);
  if (room < 8) return text.slice(0, columns - 1);
  const filled = state.total > 0 ? Math.round((room * state.done) / state.total) : room;
  return `[${'#'.repeat(filled)}${'-'.repeat(room - filled)}] ${text}`;
}

function choosePlace(): ProgressPlace {
  const now = () => performance.now();
  const output = openOutput();
  if (output) return { now, everyMs: 100, draw: (state) => output.send(progressToBundle(state)) };
  const { stdout } = process;
  if (stdout.isTTY) {
    const draw = (state: ProgressState) =>
      stdout.write(`\r\u001b[2K${progressToBar(state, stdout.columns)}${state.isFinished ? '\n' : ''}`);
    return { now, everyMs: 100, draw };
  }
  const isQuiet = Boolean(process.env.CI);
  const draw = (state: ProgressState) => {
    const isWorthALine = state.isFinished || (!isQuiet && state.done > 0);
    if (isWorthALine) stdout.write(`${progressToText(state)}\n`);
  };
  return { now, everyMs: 30_000, draw };
}

function format(count: number): string {
  return count.toLocaleString('en-US');
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
