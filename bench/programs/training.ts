import { DEFAULT_EXPERIMENT } from '../../lib/core/experiment-settings';
import { Adam } from '../../lib/tensor/adam';
import { countParameters, type Network } from '../../lib/model/networks/network';
import { buildCompact } from '../../lib/model/networks/compact';
import { buildTerGat, TERGAT_SIZES } from '../../lib/model/networks/tergat';
import { blockSource, makeBatch, type TensorSource } from '../../lib/model/training/data';
import { evaluate } from '../../lib/model/training/evaluate';
import { beginTrainingSteps } from '../../lib/model/training/train';
import { BLOCK_SIZE } from '../../lib/core/blocks';
import { EMOTIONS } from '../../lib/core/emotions';
import { createRandom } from '../../lib/core/random';
import { concatBlocks } from '../../lib/faces/store/rows';
import { memoryNow, startProgramEngine, type Program } from './program';

const { batchSize, learningRate, seed } = DEFAULT_EXPERIMENT;

/** Number of batches drawn in advance; more steps reuse them in turn. */
const BATCHES = 64;

/**
 * Prepares this project's training steps as in `train`: a batch gathered from bytes, gradients, Adam, and the
 * loss read back. A unit is one step on 64 pairs of blocks.
 */
export async function prepareStep(name: 'tergat' | 'small' | 'compact'): Promise<Program> {
  const { versions } = await startProgramEngine('ours');
  const network = buildNetwork(name);
  const optimizer = new Adam({ learningRate });
  const source = randomSource(BATCHES * batchSize);
  const draw = (step: number) => {
    const rows = Array.from({ length: batchSize }, (_, row) => (step % BATCHES) * batchSize + row);
    return makeBatch(source, rows, { seed, epoch: 1, step });
  };
  const steps = beginTrainingSteps({ network, optimizer, examples: () => [draw(0)] });
  let done = 0;
  const work = async (count: number) => {
    for (let left = count; left > 0; left--) await steps.take(draw(done++));
    return memoryNow();
  };
  return { ready: { versions, parameters: countParameters(network) }, work };
}

function buildNetwork(name: 'tergat' | 'small' | 'compact'): Network {
  if (name === 'tergat') return buildTerGat({ seed });
  if (name === 'compact') return buildCompact({ seed });
  // TerGat's operations in a fraction of its time, for the leak test.
  const sizes = { ...TERGAT_SIZES, filters: [4, 4], branch: [32, 16], latent: 8, head: [32, 16] } as const;
  return buildTerGat({ seed, sizes });
}

/** Prepares TerGat's evaluation by the library's `evaluate`. A unit is 256 pairs of blocks. */
export async function prepareEvaluation(): Promise<Program> {
  const { versions } = await startProgramEngine('ours');
  const network = buildTerGat({ seed });
  const { labels, batch } = randomSource(32 * 256);
  const work = async (count: number) => {
    const size = count * 256;
    await evaluate(network, { size, labels: labels.subarray(0, size), batch });
  };
  return { ready: { versions, parameters: countParameters(network) }, work };
}

/** Makes labelled blocks of random pixels; the content of a block does not affect the time. */
function randomSource(size: number): TensorSource {
  const random = createRandom('bench', 'blocks');
  const bytes = size * BLOCK_SIZE * BLOCK_SIZE;
  const draw = () => Uint8Array.from({ length: bytes }, () => random.integer(256));
  const records = Array.from({ length: size }, (_, index) => ({
    path: `${index}.png`,
    character: 'noise',
    emotion: EMOTIONS[random.integer(EMOTIONS.length)],
  }));
  return blockSource({ ...concatBlocks([]), records, eyes: draw(), mouth: draw() });
}
