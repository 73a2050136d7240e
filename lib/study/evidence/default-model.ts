import path from 'node:path';
import { DEFAULT_EXPERIMENT } from '../../core/experiment';
import { emotionId } from '../../core/emotions';
import { fitTemperature } from '../../core/temperature';
import { createFileStore } from '../../model/checkpoint-files';
import { encodeModel } from '../../model/model-file';
import { facesOfSplit } from '../faces-of-split';
import { describeModel } from '../train-model';
import { RECIPES } from './learners';
import { unpackProbabilities } from './ranges';
import type { EvidenceResult } from './run-evidence';
import { formatRate } from '../../report/evidence-tables';
import { estimateRuns } from './summary';
import { toArchive } from './archive';
import { openWeights } from './weights';

/**
 * Saves the network that was asked about the final characters as a model file, with the temperature that its
 * validation faces ask for.
 * @param file path that ends in `.safetensors`, replaced wholly or not at all
 * @throws RangeError when the final study was not run, or its weights are no longer in the cache
 */
export async function saveDefaultModel(file: string, result: EvidenceResult): Promise<void> {
  const { data, splits, runs } = result;
  const run = runs.final.find(({ split }) => split === 'final');
  if (!run) throw new RangeError('Expected a run on the split final but received none');
  const sides = facesOfSplit(splits.get(run.split)!, data.records, data.blocks);
  const [train, validation] = [sides.train.faces, sides.validation.faces];
  const { model, condition, split, seed, epochs } = run;
  const job = { model, condition, split, seed, epochs };
  const trained = openWeights(job, { blocks: data.blocks, train, validation, test: [] }).load();
  if (!trained) throw new RangeError(`Expected weights of ${model} in the cache but received none`);
  const network = RECIPES.augmented.build({ seed });
  try {
    const labels = Uint8Array.from(validation, (face) => emotionId(data.blocks.records[face].emotion));
    const facts = {
      ...describeModel({ blocks: data.blocks, experiment: DEFAULT_EXPERIMENT }, network, train),
      temperature: fitTemperature(unpackProbabilities(run.validation), labels),
      description: describe(result),
    };
    const store = createFileStore(path.dirname(file));
    await store.write(path.basename(file), encodeModel(network, facts, trained.state));
  } finally {
    network.dispose();
  }
}

function describe(result: EvidenceResult): string {
  const archive = toArchive(result);
  const run = archive.runs.final.find(({ split }) => split === 'final')!;
  const { train, test } = archive.splits.get(run.split)!;
  const count = (positions: readonly number[]) =>
    new Set(positions.map((position) => archive.records[position].character)).size;
  return (
    `Learned from ${train.length} images of ${count(train)} drawn characters, mirrored, moved and in other light; ` +
    `accuracy on ${count(test)} drawn characters that it never saw: ${formatRate(estimateRuns(archive, [run]))}; ` +
    'not measured on real faces'
  );
}
