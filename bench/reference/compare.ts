import { DEFAULT_EXPERIMENT } from '../../lib/core/experiment-settings';
import { formatPercent } from '../../lib/core/metrics';
import { startEngine } from '../../lib/tensor/backend';
import { buildCompact } from '../../lib/model/networks/compact';
import { buildTerGat } from '../../lib/model/networks/tergat';
import {
  type ComparisonFile,
  measureNetwork,
  renderComparison,
  type ScoredPair,
  scoreRun,
} from '../../lib/study/compare';
import { openDataset, preprocessDataset } from '../../lib/study/open-dataset';
import { type ReferenceContext, writeReference } from './context';

/**
 * Makes results/reference/compare.json and its table in docs/benchmarks.md: trains the compact network and TerGat on the
 * synthetic sample, by frames and by clips, with five seeds each. Trained networks are kept in data/cache/training.
 */
export async function makeComparisonReference(context: ReferenceContext): Promise<void> {
  const engine = await startEngine();
  const dataset = await openDataset(DEFAULT_EXPERIMENT, {});
  const { blocks } = await preprocessDataset(dataset, DEFAULT_EXPERIMENT);
  const { records } = dataset;
  const pairs: ScoredPair[] = [];
  for (const split of ['frames', 'clips'] as const) {
    for (const seed of [1, 2, 3, 4, 5]) {
      const options = { experiment: { ...DEFAULT_EXPERIMENT, split, seed }, records, blocks };
      const candidate = await scoreRun(buildCompact, options);
      const baseline = await scoreRun(buildTerGat, options);
      pairs.push({ split, seed, candidate, baseline });
      context.print(
        `${split}, seed ${seed}: Compact ${formatPercent(candidate.accuracy)}, TerGat ${formatPercent(baseline.accuracy)}`,
      );
    }
  }
  const comparison: ComparisonFile = {
    epochs: DEFAULT_EXPERIMENT.epochs,
    images: records.length,
    backend: engine.backend,
    candidate: measureNetwork(buildCompact),
    baseline: measureNetwork(buildTerGat),
    pairs,
  };
  const table = { page: 'docs/benchmarks.md', text: renderComparison(comparison) };
  writeReference(context, 'compare', comparison, table);
}
