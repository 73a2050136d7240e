import { Command } from 'commander';
import { croppedOption } from './cropped';
import { print } from './print';
import { addReaderOptions, type ReaderFlags } from './reader';

/** `audit`: what is in a data set, and what is wrong with it. */
export const auditCommand = addReaderOptions(new Command('audit'))
  .description('count, measure and check a data set: a datasheet and a picture of its worst blocks')
  .argument('<dir>', "the data set's folder")
  .addOption(croppedOption())
  .action(async (directory: string, flags: ReaderFlags & { cropped?: boolean }) => {
    const { runAudit } = await import('../commands/audit');
    await runAudit(directory, { ...flags, print });
  });
