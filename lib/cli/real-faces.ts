import { Command } from 'commander';
import { print } from './print';

interface RealFacesFlags {
  readonly seeds: string;
}

/** `real-faces`: what is learned from FER+, and measured on it. */
export const realFacesCommand = new Command('real-faces')
  .description('learn from FER+ and measure on it (DATASET=fer-plus DATASET_DIR=...); resumable')
  .argument(
    '<step>',
    'train, look (asks the test side, and records it), carry (writes the model), averages or summarize',
  )
  .argument('[models...]', 'rows of the study; default: all that need training, for look: all')
  .option('--seeds <list>', 'such as 1,2,3', '1')
  .addHelpText(
    'after',
    `
The whole study, in this order; every step goes on where it was:
  npx . real-faces train         # hours
  npx . real-faces look          # the only step that asks the test side
  npx . real-faces carry         # models/default.safetensors
  npx . real-faces look carried
  npx . real-faces averages      # the average face of each expression, of 100 faces at least
  npx . real-faces summarize     # results/reference/real-faces.json and figures, from the committed answers`,
  )
  .action(async (step: string, models: string[], { seeds }: RealFacesFlags) => {
    const command = await import('../commands/real-faces');
    const { isTrained, REAL_FACES_MODELS } = await import('../study/real-faces/models');
    if (step === 'summarize') return command.summarizeCommitted(print);
    const all = step === 'train' ? REAL_FACES_MODELS.filter(isTrained) : REAL_FACES_MODELS;
    const request = {
      models: models.length > 0 ? command.expectModels(models) : all,
      seeds: readSeeds(seeds),
      environment: process.env,
      print,
    };
    const run = {
      train: command.trainRealFaces,
      look: command.lookAtRealFaces,
      carry: command.carryRealFaces,
      averages: command.drawAverages,
    }[step];
    if (!run)
      throw new RangeError(
        `Expected train, look, carry, averages or summarize for step but received ${step}`,
      );
    if (!(await run(request))) process.exitCode = 130;
  });

function readSeeds(text: string): number[] {
  const seeds = text.split(',').map(Number);
  if (seeds.every((seed) => Number.isInteger(seed) && seed >= 0)) return seeds;
  throw new RangeError(`Expected integers of 0 or more, with commas, for --seeds but received ${text}`);
}
