import { Command } from 'commander';
import { print } from './print';
import { numberBetween } from './number';

/** `scale`: a synthetic FERG from rendering to store. */
export const scaleCommand = new Command('scale')
  .description(
    'measure a synthetic FERG from rendering to store: time, rate, memory; 3 GB; resumable, with no times for what an earlier run did',
  )
  .option('--images <n>', "how many; default FERG's 55,768", numberBetween(1, 10_000_000, { isWhole: true }))
  .option('--file <file>', 'where the figures go; default results/latest/scale.json')
  .action(async (flags: { images?: number; file?: string }) => {
    const { runScale } = await import('../commands/scale');
    await runScale({ ...flags, print });
  });
