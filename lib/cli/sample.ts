import { Command } from 'commander';
import { numberBetween } from './number';
import { print } from './print';

interface SampleFlags {
  readonly generated?: number;
  readonly clipsPerCell?: number;
  readonly framesPerClip?: number;
}

const count = numberBetween(1, 1_000_000, { isWhole: true });

/** `sample`: draws the synthetic sample. */
export const sampleCommand = new Command('sample')
  .description('draw the synthetic sample into data/sample, or generated characters into data/generated')
  .option('--generated <count>', 'so many generated characters instead of the six', count)
  .option('--clips-per-cell <count>', 'clips of each character and expression (default 10)', count)
  .option('--frames-per-clip <count>', 'frames of each clip (default 4)', count)
  .action(async (flags: SampleFlags) => {
    const { runSample } = await import('../commands/sample');
    await runSample({ ...flags, print });
  });
