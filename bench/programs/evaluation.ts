import { DEFAULT_EXPERIMENT } from '../../lib/core/experiment';
import { evaluate } from '../../lib/model/training/evaluate';
import { countParameters } from '../../lib/model/networks/network';
import { buildTerGat } from '../../lib/model/networks/tergat';
import type { Program } from '../serve';
import { engineVersions, startProgramEngine } from './engine';
import { randomSource, takeFirst } from './random-blocks';

/** Pairs of blocks in one unit of work. */
export const EVALUATION_UNIT = 256;

const MAX_UNITS = 32;

/** Prepares TerGat's evaluation by the library's `evaluate`. A unit is 256 pairs of blocks. */
export async function prepareEvaluation(): Promise<Program> {
  const engine = await startProgramEngine('ours');
  const network = buildTerGat({ seed: DEFAULT_EXPERIMENT.seed });
  const source = randomSource(MAX_UNITS * EVALUATION_UNIT);
  const work = async (count: number) => {
    await evaluate(network, takeFirst(source, count * EVALUATION_UNIT));
  };
  return { ready: { versions: engineVersions(engine), parameters: countParameters(network) }, work };
}
