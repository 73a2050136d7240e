import { Command } from 'commander';
import { explainUnwritable, homePath } from './files/project';

/** Adds a command's arguments, options, help and action. */
type Define = (command: Command) => unknown;

/**
 * Name and description of every command, in the order of the help. The file of a command is loaded only when the command
 * is called or its help is shown.
 */
const COMMANDS: readonly [
  name: string,
  description: string,
  load: () => Promise<{ readonly define: Define }>,
][] = [
  [
    'setup',
    'install what `npm ci` leaves out: Python part, TensorFlow, kernel; compile lib',
    () => import('./cli/setup'),
  ],
  ['doctor', 'show what runs on this machine, and what is missing', () => import('./cli/doctor')],
  [
    'report',
    'set up, execute the main notebook, and write figures, tables and report.json to results/latest',
    () => import('./cli/report'),
  ],
  ['lab', 'set up, and open JupyterLab with a notebook', () => import('./cli/lab')],
  ['kernel', 'add the TypeScript kernel to your own Jupyter, or remove it', () => import('./cli/kernel')],
  [
    'new',
    'write a notebook that trains and evaluates a small network on your own pictures',
    () => import('./cli/new'),
  ],
  ['notebooks', 'execute or clean the notebooks', () => import('./cli/notebooks')],
  ['predict', 'name the expression of every face in pictures and videos', () => import('./cli/predict')],
  ['faces', 'draw landmarks, boxes and blocks of faces in pictures', () => import('./cli/faces')],
  [
    'evaluate',
    'measure a model on labelled images, or compare two models on the same images',
    () => import('./cli/evaluate'),
  ],
  ['train', 'train a network, and write its model file for predict --model', () => import('./cli/train')],
  [
    'export',
    'convert a model for PyTorch (safetensors) or for browsers (TensorFlow.js)',
    () => import('./cli/export'),
  ],
  [
    'import',
    "convert the original's state_dict (safetensors.torch.save_file) to a model file",
    () => import('./cli/import'),
  ],
  [
    'demo',
    'build the web page and serve it on this machine: camera, picture or sample',
    () => import('./cli/demo'),
  ],
  [
    'datasets',
    'list the data sets that have a reader, with licence and access',
    () => import('./cli/datasets'),
  ],
  ['sample', 'draw the synthetic sample', () => import('./cli/sample')],
  [
    'preprocess',
    'find the faces of a data set, cut their blocks, and write them to one Arrow file',
    () => import('./cli/preprocess'),
  ],
  [
    'audit',
    'count, measure and check a data set: a datasheet, and a picture of its worst blocks',
    () => import('./cli/audit'),
  ],
  ['cache', 'list or delete the contents of data/cache', () => import('./cli/cache')],
  [
    'evidence',
    'run every study (resumable), and update all figures, tables and texts that quote them',
    () => import('./cli/evidence'),
  ],
  [
    'real-faces',
    'train on FER+ and measure on it (DATASET=fer-plus DATASET_DIR=...); resumable',
    () => import('./cli/real-faces'),
  ],
];

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
  for (const [name, description, load] of COMMANDS) {
    const command = program.command(name).description(description);
    if (name === called) (await load()).define(command);
  }
  await program.parseAsync();
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
