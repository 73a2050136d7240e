import { Command } from 'commander';
import { benchCommand } from './cli/bench';
import { compareCommand } from './cli/compare';
import { doctorCommand } from './cli/doctor';
import { facesCommand } from './cli/faces';
import { labCommand } from './cli/lab';
import { referenceCommand } from './cli/reference';
import { reportCommand } from './cli/report';
import { setupCommand } from './cli/setup';

/** Every command, in the help's order. Each is defined in a file of lib/cli and loads what it does only when called. */
const COMMANDS: readonly Command[] = [
  setupCommand,
  doctorCommand,
  reportCommand,
  labCommand,
  facesCommand,
  benchCommand,
  compareCommand,
  referenceCommand,
];

const program = new Command('prior-attention')
  .description('Facial expression recognition with prior attention, as TypeScript notebooks')
  .showHelpAfterError();
for (const command of COMMANDS) program.addCommand(command.showHelpAfterError());

program.parseAsync().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
