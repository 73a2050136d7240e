import fs from 'node:fs';
import path from 'node:path';
import { median, roundTo } from './statistics';

/** One comparison. All units are costs: less is better. */
export interface BenchRow {
  /** Such as `tergat-step/pytorch`: what was measured, then against whom. */
  readonly name: string;
  /** Such as `ms a step`. */
  readonly unit: string;
  /** Our median. */
  readonly ours: number;
  /** The peer's median; null where nobody compares. */
  readonly peer: number | null;
  /** The peer's cost over ours: above 1 where we are better; null without a peer. */
  readonly ratio: number | null;
  /** How many runs each had, in turn. */
  readonly runs: number;
  /** The least and the greatest of the runs. */
  readonly spread: { readonly ours: Range; readonly peer: Range | null };
  /** What a reader has to know to read the figures. */
  readonly note?: string;
}

/** The least and the greatest value. */
export type Range = readonly [least: number, greatest: number];

/** A row that was asked for and is not there. */
export interface MissingRow {
  readonly name: string;
  readonly reason: string;
}

/** What the figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly platform: string;
  readonly node: string;
  /** The native TensorFlow library under ours and under stock tfjs-node-gpu; null without one. */
  readonly tensorflow: string | null;
  readonly device: string;
  /** Processes that were running or waiting when the bench began: well under `cores` on a quiet machine. */
  readonly loadAtStart: number;
  /** Versions of ours and of the peers by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** All that one run of the bench measured. */
export interface BenchFile {
  readonly machine: Machine;
  readonly rows: readonly BenchRow[];
  readonly missing: readonly MissingRow[];
}

/** What was measured of both sides, run by run. */
export interface Measurements {
  readonly ours: readonly number[];
  /** Empty where nobody compares. */
  readonly peer: readonly number[];
}

/**
 * Makes a row of what was measured.
 * @param row name, unit and note
 * @param costs of each run, in the row's unit; at least one of ours
 */
export function assembleRow(
  row: { readonly name: string; readonly unit: string; readonly note?: string },
  costs: Measurements,
): BenchRow {
  const { name, unit, note } = row;
  const ours = median(costs.ours);
  const peer = costs.peer.length > 0 ? median(costs.peer) : null;
  const ratio = peer === null || ours === 0 ? null : roundTo(peer / ours, 3);
  const spread = { ours: rangeOf(costs.ours), peer: peer === null ? null : rangeOf(costs.peer) };
  const medians = { ours: roundTo(ours), peer: peer === null ? null : roundTo(peer) };
  const runs = costs.ours.length;
  return { name, unit, ...medians, ratio, runs, spread, ...(note ? { note } : {}) };
}

function rangeOf(values: readonly number[]): Range {
  return [roundTo(Math.min(...values)), roundTo(Math.max(...values))];
}

/** Saves a bench as JSON; the folder is made when it is missing. */
export function saveBench(bench: BenchFile, file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(bench, null, 2)}\n`);
}

/** Reads what {@link saveBench} wrote. */
export function readBench(file: string): BenchFile {
  return JSON.parse(fs.readFileSync(file, 'utf8')) as BenchFile;
}
