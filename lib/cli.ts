import { Command } from 'commander';
import { auditCommand } from './cli/audit';
import { cacheCommand } from './cli/cache';
import { compareCommand } from './cli/compare';
import { datasetsCommand } from './cli/datasets';
import { demoCommand } from './cli/demo';
import { doctorCommand } from './cli/doctor';
import { evidenceCommand } from './cli/evidence';
import { evaluateCommand } from './cli/evaluate';
import { exportCommand, importCommand } from './cli/export';
import { facesCommand } from './cli/faces';
import { kernelCommand } from './cli/kernel';
import { labCommand } from './cli/lab';
import { newCommand } from './cli/new';
import { notebooksCommand } from './cli/notebooks';
import { predictCommand } from './cli/predict';
import { preprocessCommand } from './cli/preprocess';
import { realFacesCommand } from './cli/real-faces';
import { reportCommand } from './cli/report';
import { sampleCommand } from './cli/sample';
import { setupCommand } from './cli/setup';
import { trainCommand } from './cli/train';
import { explainUnwritable, homePath } from './files/project';

/** Every command, in the help's order. Each is defined in a file of lib/cli and loads what it does only when called. */
const COMMANDS: readonly Command[] = [
  setupCommand,
  doctorCommand,
  reportCommand,
  labCommand,
  kernelCommand,
  newCommand,
  notebooksCommand,
  facesCommand,
  compareCommand,
  cacheCommand,
  sampleCommand,
  predictCommand,
  datasetsCommand,
  demoCommand,
  preprocessCommand,
  auditCommand,
  trainCommand,
  evidenceCommand,
  realFacesCommand,
  evaluateCommand,
  exportCommand,
  importCommand,
];

/** What wrong usage exits with; an error while a command runs exits with 1. */
const WRONG_USAGE = 2;

const program = new Command('prior-attention')
  .description('Facial expression recognition with prior attention, as TypeScript notebooks')
  .addHelpText(
    'after',
    `
\`prior-attention help COMMAND\` explains one.

PRIOR_ATTENTION_HOME (an absolute path; default: the project's folder) is where commands write data and results. Set it
where the project's folder is read-only.`,
  );
for (const command of [program, ...COMMANDS, ...COMMANDS.flatMap(({ commands }) => commands)]) {
  command.showHelpAfterError('(add --help for what there is)');
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : WRONG_USAGE));
}
for (const command of COMMANDS) program.addCommand(command);

// A wrong setting is told before any work.
program.hook('preAction', () => void homePath());

program.parseAsync().catch((error: unknown) => {
  console.error((explainUnwritable(error) as Error).message);
  process.exitCode = 1;
});
