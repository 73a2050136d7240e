import { Command } from 'commander';
import { print } from './print';
import { addReaderOptions, type ReaderFlags } from './reader';

/** `audit`: what is in a data set, and what is wrong with it. */
export const auditCommand = addReaderOptions(new Command('audit'))
  .description('count, measure and check a data set: a datasheet and a picture of its worst blocks')
  .argument('<dir>', "the data set's folder")
  .action(async (directory: string, flags: ReaderFlags) => {
    const { runAudit } = await import('../commands/audit');
    await runAudit(directory, { ...flags, print });
  });
