import { DEFAULT_EXPERIMENT } from '../../lib/core/experiment';
import { Adam } from '../../lib/tensor/adam';
import { countParameters, type Network } from '../../lib/model/networks/network';
import { buildCompact } from '../../lib/model/networks/compact';
import { buildTerGat, TERGAT_SIZES } from '../../lib/model/networks/tergat';
import { makeBatch } from '../../lib/model/training/data';
import { beginTrainingSteps } from '../../lib/model/training/training-steps';
import type { Program } from '../serve';
import { engineVersions, memoryNow, startProgramEngine } from './engine';
import { randomSource } from './random-blocks';

/** A network whose training steps are measured. */
export type NetworkName = 'tergat' | 'small' | 'compact';

const { batchSize, learningRate, seed } = DEFAULT_EXPERIMENT;

/** Number of batches drawn in advance; more steps reuse them in turn. */
const BATCHES = 64;

/**
 * Prepares this project's training steps as `train` takes them: a batch gathered from bytes, gradients, Adam, and the
 * loss read back. A unit is one step on 64 pairs of blocks.
 */
export async function prepareStep(name: NetworkName): Promise<Program> {
  const engine = await startProgramEngine('ours');
  const network = buildNetwork(name);
  const optimizer = new Adam({ learningRate });
  const source = randomSource(BATCHES * batchSize);
  const draw = (step: number) => makeBatch(source, rowsOf(step % BATCHES), { seed, epoch: 1, step });
  const steps = beginTrainingSteps({ network, optimizer, examples: () => [draw(0)] });
  let done = 0;
  const work = async (count: number) => {
    for (let left = count; left > 0; left--) await steps.take(draw(done++));
    return memoryNow();
  };
  return { ready: { versions: engineVersions(engine), parameters: countParameters(network) }, work };
}

function rowsOf(batch: number): number[] {
  return Array.from({ length: batchSize }, (_, row) => batch * batchSize + row);
}

function buildNetwork(name: NetworkName): Network {
  if (name === 'tergat') return buildTerGat({ seed });
  if (name === 'compact') return buildCompact({ seed });
  // TerGat's operations in a fraction of its time, for the leak test.
  const sizes = { ...TERGAT_SIZES, filters: [4, 4], branch: [32, 16], latent: 8, head: [32, 16] } as const;
  return buildTerGat({ seed, sizes });
}
