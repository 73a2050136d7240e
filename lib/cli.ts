import { Command } from 'commander';
import { explainUnwritable, homePath } from './files/project';

/** Description of a command, and the file that defines it, which is loaded when the command is called. */
type Entry = [description: string, load: () => Promise<{ define: (command: Command) => void }>];

/** The commands, in the order of the help. */
const COMMANDS: Readonly<Record<string, Entry>> = {
  setup: ['install what `npm ci` leaves out: Python, TensorFlow, kernel, dist', () => import('./cli/setup')],
  doctor: ['show what runs on this machine, and what is missing', () => import('./cli/doctor')],
  report: ['execute the main notebook, write figures and report.json', () => import('./cli/report')],
  lab: ['set up, and open JupyterLab with a notebook', () => import('./cli/lab')],
  kernel: ['add the TypeScript kernel to your own Jupyter, or remove it', () => import('./cli/kernel')],
  new: ['write a notebook that trains and tests on your own pictures', () => import('./cli/new')],
  notebooks: ['execute or clean the notebooks', () => import('./cli/notebooks')],
  predict: ['name the expression of every face in pictures and videos', () => import('./cli/predict')],
  faces: ['draw landmarks, boxes and blocks of faces in pictures', () => import('./cli/faces')],
  evaluate: ['measure a model on labelled images, or compare two', () => import('./cli/evaluate')],
  train: ['train a network, and write its model file', () => import('./cli/train')],
  export: ['convert a model for PyTorch (safetensors) or TensorFlow.js', () => import('./cli/export')],
  import: ["convert the original's state_dict (safetensors) to a model file", () => import('./cli/import')],
  demo: ['build and serve the web page: camera, picture or sample', () => import('./cli/demo')],
  datasets: ['list the data sets with a reader, their licence and access', () => import('./cli/datasets')],
  sample: ['draw the synthetic sample', () => import('./cli/sample')],
  preprocess: ["write the blocks of a data set's faces to one Arrow file", () => import('./cli/preprocess')],
  audit: ['check a data set: a datasheet, and its worst blocks', () => import('./cli/audit')],
  cache: ['list or delete the contents of data/cache', () => import('./cli/cache')],
  evidence: ['run every study, update figures, tables and texts', () => import('./cli/evidence')],
  'real-faces': ['train and test on FER+, as DATASET_DIR says', () => import('./cli/real-faces')],
};

/** Exit status after wrong usage; an error while a command runs exits with 1. */
const WRONG_USAGE = 2;

async function main(): Promise<void> {
  const program = new Command('npx .')
    .description('Facial expression recognition with prior attention, as TypeScript notebooks')
    .showHelpAfterError('(--help shows all options)')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : WRONG_USAGE))
    // Checks the setting before any work.
    .hook('preAction', () => void homePath())
    .addHelpText(
      'after',
      `
\`npx . COMMAND --help\` explains a command.

PRIOR_ATTENTION_HOME (an absolute path; default: the project's folder) is the folder that data and results are written
to. Set it where the project's folder is read-only.`,
    );
  const [first, second] = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
  const called = first === 'help' ? second : first;
  for (const [name, [description, load]] of Object.entries(COMMANDS)) {
    const command = program.command(name).description(description);
    if (name === called) (await load()).define(command);
  }
  // For an unknown command, `help` alone would print the list without a word.
  const isKnown = called === undefined || Object.hasOwn(COMMANDS, called);
  await program.parseAsync(isKnown ? process.argv.slice(2) : [called], { from: 'user' });
}

// A reader that has ended, such as `head`, ends the command without an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

main().catch((error: unknown) => {
  console.error((explainUnwritable(error) as Error).message);
  process.exitCode = 1;
});
