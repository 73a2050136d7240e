import { Command } from 'commander';
import { numberBetween } from './number';
import { print } from './print';

/** What the bench's flags ask for. */
interface BenchFlags {
  readonly rows?: string[];
  readonly runs?: number;
  readonly installPeers?: boolean;
}

/** `bench`: this project against its peers. */
export const benchCommand = new Command('bench')
  .description('measure training, evaluation and preprocessing against other libraries, in turn')
  .option('--rows <names...>', 'rows by name, or by what stands before the slash')
  .option(
    '--runs <count>',
    'runs of each row that count; fewer than its own number are for trying out',
    numberBetween(1, 1000, { isWhole: true }),
  )
  .option('--install-peers', 'put PyTorch, Keras and dlib into .bench/venv (7 GB), and measure nothing')
  .action(async ({ rows, runs, installPeers }: BenchFlags) => {
    const { runBench, runInstallPeers } = await import('../commands/bench');
    if (installPeers) await runInstallPeers(print);
    else await runBench({ rows, runs, print });
  });
