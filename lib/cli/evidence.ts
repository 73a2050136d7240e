import { Command, Option } from 'commander';
import { print } from './print';

/** `evidence`: what the accuracies mean. */
export const evidenceCommand = new Command('evidence')
  .description('run every study (resumable), and update every figure, table and text that quotes them')
  .option('--from-predictions', 'run nothing: compute everything from the committed predictions')
  .addOption(
    new Option(
      '--models <names...>',
      'run these alone, such as faceapi; what is committed of the others stays',
    ).conflicts('fromPredictions'),
  )
  .action(async (flags: { readonly fromPredictions?: boolean; readonly models?: readonly string[] }) => {
    const { makeEvidence } = await import('../commands/evidence');
    await makeEvidence({ ...flags, environment: process.env, print });
  });
