import fs from 'node:fs';
import path from 'node:path';
import { DEFAULT_EXPERIMENT } from '../core/experiment';
import { formatPercent } from '../core/numbers';
import { homePath, projectRoot } from '../files/project';
import { startEngine } from '../tensor/backend';
import { buildCompact } from '../model/networks/compact';
import { buildTerGat } from '../model/networks/tergat';
import {
  compareModels,
  type ScoredPair,
  measureNetwork,
  renderComparison,
  type ComparisonFile,
  scoreRun,
} from '../study/compare';
import { openDataset, preprocessDataset } from '../study/open-dataset';
import { replaceSection } from '../study/markdown';
import type { ReferenceContext } from './commit-outputs';

/** Name of the file that holds a comparison, in a folder of results. */
const FILE = 'compare.json';
const PAGE = path.join('docs', 'benchmarks.md');

/**
 * Trains the compact network and TerGat on the synthetic sample, by frames and by clips, with five seeds each. Trained
 * networks are kept in data/cache/training.
 * @param options.output path of the JSON file; default results/latest/compare.json
 * @returns what was saved
 */
export async function runCompare(options: {
  readonly print: (line: string) => void;
  readonly output?: string;
}): Promise<ComparisonFile> {
  const { print, output = homePath('results', 'latest', FILE) } = options;
  const engine = await startEngine();
  const dataset = await openDataset(DEFAULT_EXPERIMENT, {});
  const { blocks } = await preprocessDataset(dataset, DEFAULT_EXPERIMENT);
  const pairs = await compareModels({
    candidate: { name: 'Compact', build: buildCompact },
    baseline: { name: 'TerGat', build: buildTerGat },
    experiment: DEFAULT_EXPERIMENT,
    records: dataset.records,
    blocks,
    splits: ['frames', 'clips'],
    seeds: [1, 2, 3, 4, 5],
    score: scoreRun,
    onPair: (pair) => print(formatPair(pair)),
  });
  const comparison: ComparisonFile = {
    epochs: DEFAULT_EXPERIMENT.epochs,
    images: dataset.records.length,
    backend: engine.backend,
    candidate: measureNetwork(buildCompact),
    baseline: measureNetwork(buildTerGat),
    pairs,
  };
  fs.mkdirSync(path.dirname(output), { recursive: true });
  fs.writeFileSync(output, `${JSON.stringify(comparison, null, 2)}\n`);
  print(renderComparison(comparison));
  return comparison;
}

/** Makes the committed comparison: results/reference/compare.json and its table in docs/benchmarks.md. */
export async function makeComparisonReference({ directory, print }: ReferenceContext): Promise<void> {
  const comparison = await runCompare({ print, output: path.join(directory, FILE) });
  const page = path.join(projectRoot(), PAGE);
  const text = fs.readFileSync(page, 'utf8');
  fs.writeFileSync(page, replaceSection(text, 'compare', renderComparison(comparison)));
}

function formatPair({ split, seed, candidate, baseline }: ScoredPair): string {
  return `${split}, seed ${seed}: Compact ${formatPercent(candidate.accuracy)}, TerGat ${formatPercent(baseline.accuracy)}`;
}
