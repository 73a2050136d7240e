import path from 'node:path';
import { defineCommand, followOnStderr, integer, print } from './command';
import { chooseExperiment, SHARED } from './experiment';

/** Defines `sample`. */
export const define = defineCommand({
  options: {
    generated: integer(
      '--generated <count>',
      'number of generated characters to draw into data/generated; default: the six of data/sample',
      1,
    ),
    ...SHARED.sample,
  },
  help: 'Existing images are kept. The same command completes a sample that was interrupted.',
  async run({ generated, ...values }) {
    const { openDataset, openGenerated } = await import('../study/open-dataset');
    const experiment = chooseExperiment(values);
    const follow = followOnStderr('Drawing');
    const { records, directory } = generated
      ? await openGenerated(experiment, generated, follow)
      : await openDataset(experiment, {}, follow);
    const characters = new Set(records.map(({ character }) => character)).size;
    const where = path.relative('', directory) || '.';
    print(`${records.length} images of ${characters} characters are in ${where}`);
  },
});
