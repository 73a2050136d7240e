import { Command } from 'commander';
import { print } from './print';

/** `cache`: what earlier runs left for later ones. */
export const cacheCommand = new Command('cache')
  .description('list what lies in data/cache: kind, size, age; or delete it')
  .addHelpText(
    'after',
    `
What lies there is named by settings and data and stays until it is deleted here. It is made again when it is
needed: a training takes as long as it took. Do not delete what a running command uses.

  npx . cache
  npx . cache clear blocks`,
  )
  .action(async () => {
    const { listCache } = await import('../commands/cache');
    for (const line of listCache()) print(line);
  })
  .addCommand(
    new Command('clear')
      .description('delete one kind, or all of them, without asking')
      .argument('<kind>', 'as the list names it, such as blocks; or all')
      .action(async (kind: string) => {
        const { clearCache } = await import('../commands/cache');
        for (const line of clearCache(kind === 'all' ? undefined : kind)) print(line);
      }),
  );
