import { Command } from 'commander';
import { print } from './print';

/** `evidence`: what the accuracies mean. */
export const evidenceCommand = new Command('evidence')
  .description('run every study (resumable), and update every figure, table and text that quotes them')
  .option('--from-predictions', 'run nothing: compute everything from the committed predictions')
  .action(async ({ fromPredictions }: { fromPredictions?: boolean }) => {
    const { makeEvidence } = await import('../commands/evidence');
    await makeEvidence({ fromPredictions, environment: process.env, print });
  });
