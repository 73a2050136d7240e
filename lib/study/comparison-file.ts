import fs from 'node:fs';
import path from 'node:path';
import { formatPercent } from '../core/numbers';
import { encodeSafetensors } from '../model/files/safetensors';
import { countParameters, stateVariables, type Network } from '../model/networks/network';
import { summarizePairs, type ScoredPair, type SplitSummary } from './compare-models';

/** How large a network is. */
export interface NetworkSize {
  readonly name: string;
  /** Numbers that training moves. */
  readonly parameters: number;
  /** Size of its weights as a safetensors file. */
  readonly bytes: number;
}

/** What comparing two networks gave. */
export interface ComparisonFile {
  readonly epochs: number;
  /** How many images the data set has. */
  readonly images: number;
  readonly backend: string;
  readonly candidate: NetworkSize;
  readonly baseline: NetworkSize;
  readonly pairs: readonly ScoredPair[];
}

/** Builds a network, measures it, and gives it back. */
export function measureNetwork(build: (options: { readonly seed: number }) => Network): NetworkSize {
  const network = build({ seed: 1 });
  const tensors = Array.from(stateVariables(network), ([name, variable]) => ({
    name,
    shape: variable.shape,
    read: () => variable.dataSync() as Float32Array,
  }));
  let bytes = 0;
  for (const part of encodeSafetensors(tensors)) bytes += part.byteLength;
  const size = { name: network.name, parameters: countParameters(network), bytes };
  network.dispose();
  return size;
}

/** Saves a comparison as JSON; the folder is made when it is missing. */
export function saveComparison(comparison: ComparisonFile, file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(comparison, null, 2)}\n`);
}

/** Reads what {@link saveComparison} wrote. */
export function readComparison(file: string): ComparisonFile {
  return JSON.parse(fs.readFileSync(file, 'utf8')) as ComparisonFile;
}

/**
 * Renders a comparison as Markdown: what was trained, a line a split, and the sizes.
 * @returns text without a newline at its end
 */
export function renderComparison(comparison: ComparisonFile): string {
  const { epochs, images, backend, candidate, baseline, pairs } = comparison;
  const times = baseline.bytes / candidate.bytes;
  return [
    `${epochs} epochs each on the ${images.toLocaleString('en-US')} images of the synthetic sample (backend ${backend}).`,
    '',
    `| split | seeds | ${candidate.name} | ${baseline.name} | difference, ± its standard error | at least as accurate |`,
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...summarizePairs(pairs).map(renderSplit),
    '',
    `${candidate.name}: ${count(candidate.parameters)} parameters, ${megabytes(candidate.bytes)}. ` +
      `${baseline.name}: ${count(baseline.parameters)}, ${megabytes(baseline.bytes)}, **${times.toFixed(0)} times** as large.`,
  ].join('\n');
}

function renderSplit(summary: SplitSummary): string {
  const { split, seeds, candidate, baseline, difference, standardError, atLeastAsAccurate } = summary;
  const points = `${difference < 0 ? '−' : '+'}${(100 * Math.abs(difference)).toFixed(2)} ± ${(100 * standardError).toFixed(2)}`;
  return `| ${split} | ${seeds} | ${formatPercent(candidate)} | ${formatPercent(baseline)} | ${points} points | ${atLeastAsAccurate} of ${seeds} |`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
