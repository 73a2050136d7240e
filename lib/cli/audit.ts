import { Command } from 'commander';
import { croppedOption } from './cropped';
import { print } from './print';

/** `audit`: what is in a data set, and what is wrong with it. */
export const auditCommand = new Command('audit')
  .description('count, measure and check a data set: a datasheet and a picture of its worst blocks')
  .argument('<dir>', "the data set's folder")
  .option('--dataset <id>', 'its reader; `datasets` lists them', 'folder')
  .option('--mapping <file>', 'mapping file, for --dataset mapping')
  .addOption(croppedOption())
  .action(async (directory: string, flags: { dataset: string; mapping?: string; cropped?: boolean }) => {
    const { runAudit } = await import('../commands/audit');
    await runAudit(directory, { ...flags, print });
  });
