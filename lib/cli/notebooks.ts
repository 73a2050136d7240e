import { Command } from 'commander';
import { print } from './print';

/** `notebooks`: what is done to all notebooks. */
export const notebooksCommand = new Command('notebooks')
  .description('clean or execute all notebooks')
  .addCommand(
    new Command('clean').description('strip counts, times and versions before a commit').action(async () => {
      const { runCleanNotebooks } = await import('../commands/clean-notebooks');
      runCleanNotebooks(print);
    }),
  )
  .addCommand(
    new Command('run')
      .description(
        'execute notebooks, with their HTML form, into results/latest; none named: all but the report’s',
      )
      .argument('[names...]', 'such as start-here')
      .action(async (names: string[]) => {
        const { runNotebooks } = await import('../commands/run-notebooks');
        process.exitCode = (await runNotebooks({ names, print })) ? 0 : 1;
      }),
  );
