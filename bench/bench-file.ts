import fs from 'node:fs';
import path from 'node:path';
import { median, roundTo } from './statistics';

/** One comparison. All units are costs: lower is better. */
export interface BenchRow {
  /** What is measured and against which peer, such as `tergat-step/pytorch`. */
  readonly name: string;
  /** Such as `ms a step`. */
  readonly unit: string;
  /** Median of our runs. */
  readonly ours: number;
  /** Median of the peer's runs; null without a peer. */
  readonly peer: number | null;
  /** The peer's cost divided by ours: above 1 when ours is better; null without a peer. */
  readonly ratio: number | null;
  /** Number of measured runs of each side. */
  readonly runs: number;
  /** Minimum and maximum of the runs. */
  readonly spread: { readonly ours: Range; readonly peer: Range | null };
  /** Information that a reader needs to interpret the numbers. */
  readonly note?: string;
}

/** Minimum and maximum. */
export type Range = readonly [least: number, greatest: number];

/** A row that could not be measured. */
export interface MissingRow {
  readonly name: string;
  readonly reason: string;
}

/** The machine of the measurements. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly platform: string;
  readonly node: string;
  /** Version of the native TensorFlow library that this project and stock tfjs-node-gpu use; null without one. */
  readonly tensorflow: string | null;
  readonly device: string;
  /** System load when the bench began; well below `cores` on a quiet machine. */
  readonly loadAtStart: number;
  /** Versions of this project's libraries and of the peers, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** All results of one run of the bench. */
export interface BenchFile {
  readonly machine: Machine;
  readonly rows: readonly BenchRow[];
  readonly missing: readonly MissingRow[];
}

/** Costs of both sides, run by run. */
export interface Measurements {
  readonly ours: readonly number[];
  /** Empty without a peer. */
  readonly peer: readonly number[];
}

/**
 * Makes a row from measured costs.
 * @param row name, unit and note
 * @param costs of each run, in the row's unit; at least one of ours
 * @throws RangeError without a cost of ours
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

/** Saves a bench as JSON; the folder is created when it is missing. */
export function saveBench(bench: BenchFile, file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(bench, null, 2)}\n`);
}
