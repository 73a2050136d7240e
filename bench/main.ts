import { Command } from 'commander';
import { integer, print } from '../lib/cli/command';
import { runBench, runInstallPeers } from './bench';
import { measureFerPlus, measureAtScale } from './data-at-scale';

/** What the bench's options ask for. */
interface BenchFlags {
  readonly rows?: string[];
  readonly runs?: number;
  readonly installPeers?: boolean;
}

const program = new Command('npm run bench --')
  .description('measure training, evaluation, preprocessing and prediction against other libraries, in turn')
  .option('--rows <names...>', 'rows by name, or by what stands before the slash')
  .addOption(
    integer(
      '--runs <count>',
      'measured runs of each row; fewer than its own number are for trying out',
      1,
      1000,
    ),
  )
  .option('--install-peers', 'put PyTorch, Keras and dlib into .bench/venv (7 GB), and measure nothing')
  .action(async ({ rows, runs, installPeers }: BenchFlags) => {
    if (installPeers) await runInstallPeers(print);
    else await runBench({ rows, runs, print });
  });

program
  .command('scale')
  .description(
    'measure a synthetic FERG from rendering to store: time, rate, memory; 3 GB; resumable, without times for what an earlier run did',
  )
  .addOption(integer('--images <n>', "number of images; default FERG's 55,768", 1, 1e7))
  .option('--file <file>', 'JSON file of the figures; default results/latest/scale.json')
  .action(async (flags: { images?: number; file?: string }) => {
    await measureAtScale({ ...flags, print });
  });

program
  .command('fer-plus')
  .description(
    'measure preprocessing of FER+: ferPlus of results/reference/scale.json, and the texts that quote it',
  )
  .argument('<folder>', 'FER+, as `npx . preprocess --dataset fer-plus` takes it')
  .action((folder: string) => measureFerPlus(folder, print));

program.parseAsync().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
