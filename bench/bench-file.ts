import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { EngineInfo } from '../lib/tensor/backend';

/** One comparison. All units are costs: lower is better. */
export interface BenchRow {
  /** What is measured and against which peer, such as `tergat-step/pytorch`. */
  readonly name: string;
  /** Unit of the costs, such as `ms a step`. */
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
  readonly spread: { readonly ours: readonly number[]; readonly peer: readonly number[] | null };
  /** Information that a reader needs to interpret the numbers. */
  readonly note?: string;
}

/** A row that could not be measured. */
export interface MissingRow {
  readonly name: string;
  readonly reason: string;
}

/** The machine of the measurements. */
export type Machine = ReturnType<typeof describeMachine>;

/** All results of one run of the bench. */
export interface BenchFile {
  readonly machine: Machine;
  readonly rows: readonly BenchRow[];
  readonly missing: readonly MissingRow[];
}

/**
 * Makes a row from measured costs.
 * @param costs of each run, in the row's unit; at least one of ours; `peer` is empty without a peer
 * @throws RangeError without a cost of ours
 */
export function assembleRow(
  { name, unit, note }: Pick<BenchRow, 'name' | 'unit' | 'note'>,
  costs: Readonly<Record<'ours' | 'peer', readonly number[]>>,
): BenchRow {
  const hasPeer = costs.peer.length > 0;
  const ours = median(costs.ours);
  const peer = hasPeer ? median(costs.peer) : null;
  const ratio = peer === null || ours === 0 ? null : roundTo(peer / ours, 3);
  const rangeOf = (values: readonly number[]) =>
    [Math.min(...values), Math.max(...values)].map((one) => roundTo(one));
  const spread = { ours: rangeOf(costs.ours), peer: hasPeer ? rangeOf(costs.peer) : null };
  const medians = { ours: roundTo(ours), peer: peer === null ? null : roundTo(peer) };
  return { name, unit, ...medians, ratio, runs: costs.ours.length, spread, ...(note ? { note } : {}) };
}

/** Saves a bench as JSON; the folder is created when it is missing. */
export function saveBench(bench: BenchFile, file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(bench, null, 2)}\n`);
}

/**
 * Describes the machine of the measurements.
 * @param versions of this project's libraries and of the peers, by name
 * @param loadAtStart system load when the bench began; well below the number of cores on a quiet machine
 */
export function describeMachine(
  { tensorflow, device }: EngineInfo,
  versions: Readonly<Record<string, string>>,
  loadAtStart: number,
) {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    /** The native TensorFlow library that this project and stock tfjs-node-gpu use; null without one. */
    tensorflow: tensorflow ?? null,
    device,
    loadAtStart: Math.round(100 * loadAtStart) / 100,
    versions,
  };
}

/**
 * Computes the median; of an even number of values, the mean of the two middle ones.
 * @param values in any order, at least one
 * @throws RangeError for no values
 */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('Expected at least 1 number for values but received 0');
  const sorted = [...values].sort((first, second) => first - second);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Rounds to significant digits, so that a file does not show more precision than was measured.
 * @param digits default 4
 */
export function roundTo(value: number, digits = 4): number {
  return Number(value.toPrecision(digits));
}
