import path from 'node:path';
import { readExperiment } from '../core/experiment';
import { openGenerated, openDataset } from '../study/open-dataset';
import { followOnStderr } from './progress';

/**
 * Draws the sample, or says that it is there. An interrupted one is completed by the same command.
 * @throws RangeError when the folder holds something else
 */
export async function runSample(request: {
  /** How many generated characters; default: the six drawn by hand. */
  readonly generated?: number;
  readonly clipsPerCell?: number;
  readonly framesPerClip?: number;
  readonly print: (line: string) => void;
}): Promise<void> {
  const { generated, clipsPerCell, framesPerClip, print } = request;
  const base = readExperiment(process.env);
  const experiment = {
    ...base,
    clipsPerCell: clipsPerCell ?? base.clipsPerCell,
    framesPerClip: framesPerClip ?? base.framesPerClip,
  };
  const follow = followOnStderr('Drawing');
  const dataset = generated
    ? await openGenerated(experiment, generated, follow)
    : await openDataset(experiment, {}, follow);
  const characters = new Set(dataset.records.map(({ character }) => character)).size;
  const where = path.relative(process.cwd(), dataset.directory) || '.';
  print(`${dataset.records.length} images of ${characters} characters are in ${where}`);
}
