import { DEFAULT_EXPERIMENT } from '../../core/experiment';
import { buildAdam } from '../../engine/adam';
import { countParameters, type Network } from '../../model/network';
import { buildCompact } from '../../model/compact';
import { buildTerGat, TERGAT_SIZES } from '../../model/tergat';
import { train } from '../../model/train';
import type { Task } from '../serve';
import { engineVersions, memoryNow, startContenderEngine } from './engine';
import { randomSource, takeFirst } from './random-blocks';

/** A network that a step can be taken of. */
export type NetworkName = 'tergat' | 'small' | 'compact';

const { batchSize, learningRate, seed } = DEFAULT_EXPERIMENT;

/** How many steps one request can ask for. */
const MAX_STEPS = 64;

/**
 * Prepares training steps of ours, by the library's own training loop: a batch gathered from bytes, gradients, Adam,
 * the loss read back. A unit is a step on 64 pairs of blocks.
 */
export async function prepareStep(name: NetworkName): Promise<Task> {
  const engine = await startContenderEngine('ours');
  const network = buildNetwork(name);
  const optimizer = buildAdam({ learningRate });
  const source = randomSource(MAX_STEPS * batchSize);
  const options = { network, optimizer, epochs: 1, batchSize, seed, validation: takeFirst(source, 1) };
  const work = async (steps: number) => {
    if (steps > MAX_STEPS)
      throw new RangeError(`Expected at most ${MAX_STEPS} for steps but received ${steps}`);
    let done = 0;
    // Stopped at the last batch, it does not go on to score the epoch.
    const shouldStop = () => ++done === steps;
    await train({ ...options, train: takeFirst(source, steps * batchSize), shouldStop });
    return memoryNow();
  };
  return { ready: { versions: engineVersions(engine), parameters: countParameters(network) }, work };
}

function buildNetwork(name: NetworkName): Network {
  if (name === 'tergat') return buildTerGat({ seed });
  if (name === 'compact') return buildCompact({ seed });
  // TerGat's operations, of which a leak would show, in a fraction of the time.
  const sizes = { ...TERGAT_SIZES, filters: [4, 4], branch: [32, 16], latent: 8, head: [32, 16] } as const;
  return buildTerGat({ seed, sizes });
}
