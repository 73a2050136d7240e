import { Command } from 'commander';
import { integer, print } from '../lib/cli/command';
import { runBench } from './run-bench';
import { measureAtScale, measureFerPlus } from './data-at-scale';
import { installPeers } from './peers';

const program = new Command('npm run bench --')
  .description('measure training, evaluation, preprocessing and prediction against other libraries, in turn')
  .option('--rows <names...>', 'names of rows, or their parts before the slash')
  .addOption(
    integer('--runs <count>', 'measured runs of each row; default: as specified for the row', 1, 1000),
  )
  .option('--install-peers', 'only install PyTorch, Keras and dlib into .bench/venv (7 GB)')
  .action(async (flags: { rows?: string[]; runs?: number; installPeers?: boolean }) => {
    if (flags.installPeers) await installPeers(print);
    else await runBench({ ...flags, print });
  });

program
  .command('scale')
  .description(
    'measure a synthetic FERG from rendering to store: time, rate, memory; uses 3 GB; drawings of an earlier run are kept',
  )
  .addOption(integer('--images <n>', "number of images; default FERG's 55,768", 1, 1e7))
  .option('--file <file>', 'JSON file of the figures; default results/latest/scale.json')
  .action(async (flags: { images?: number; file?: string }) => {
    await measureAtScale({ ...flags, print });
  });

program
  .command('fer-plus')
  .description(
    'measure preprocessing of FER+, and update ferPlus in results/reference/scale.json and the texts that quote it',
  )
  .argument('<folder>', 'FER+, as `npx . preprocess --dataset fer-plus` takes it')
  .action((folder: string) => measureFerPlus(folder, print));

program
  .command('reference')
  .description(
    'compute the committed results again: results/reference, outputs of notebooks, tables in texts',
  )
  .argument('[parts...]', 'parts; default all')
  .action(async (parts: string[]) => {
    const { runReference } = await import('./reference/reference');
    await runReference(parts, print);
  });

program.parseAsync().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
