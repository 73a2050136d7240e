import { Command, Option } from 'commander';
import type { Variant } from './engine/setup';

const program = new Command('prior-attention')
  .description('Facial expression recognition with prior attention, as TypeScript notebooks')
  .showHelpAfterError();

const print = (line: string) => console.log(line);

/** Which build of TensorFlow the flags of a command ask for. */
interface VariantFlags {
  readonly cpu?: boolean;
  readonly gpu?: boolean;
}

function variantOf({ cpu, gpu }: VariantFlags): Variant | undefined {
  return cpu ? 'cpu' : gpu ? 'gpu' : undefined;
}

function addVariantOptions(command: Command): Command {
  return command
    .addOption(new Option('--cpu', "TensorFlow's CPU build, whatever nvidia-smi says").conflicts('gpu'))
    .addOption(new Option('--gpu', "TensorFlow's CUDA build, whatever nvidia-smi says"));
}

addVariantOptions(program.command('setup'))
  .description('set up what `npm ci` leaves out: Python part, TensorFlow, kernel, compiled helpers')
  .action(async (flags: VariantFlags) => {
    const { runSetUp } = await import('./commands/set-up');
    const steps = await runSetUp(variantOf(flags), print);
    if (steps.find((step) => step.name === 'helpers')?.state === 'unavailable') process.exitCode = 1;
  });

program
  .command('doctor')
  .description('tell what runs here and what is missing')
  .option('--json', 'as JSON')
  .action(async ({ json }: { json?: boolean }) => {
    const { runDoctor } = await import('./commands/doctor');
    await runDoctor(json ? 'json' : 'text', print);
  });

addVariantOptions(program.command('report'))
  .description('set up, execute the notebook, and write figures, tables and report.json to results/latest')
  .action(async (flags: VariantFlags) => {
    const { runReport } = await import('./commands/report');
    await runReport({ variant: variantOf(flags), print });
  });

program
  .command('faces')
  .description("draw landmarks, boxes and blocks of pictures; without FILES, of face-api's six photographs")
  .argument('[files...]', 'picture files')
  .action(async (files: string[]) => {
    const { runFaces } = await import('./commands/faces');
    process.exitCode = (await runFaces(files, print)) > 0 ? 1 : 0;
  });

program
  .command('reference')
  .description('make anew, from scratch, all that is committed: results/reference, outputs, quoted figures')
  .action(async () => {
    const { runReference } = await import('./commands/reference');
    await runReference(print);
  });

addVariantOptions(program.command('lab'))
  .description('set up and open JupyterLab with the notebook')
  .allowUnknownOption()
  .argument('[arguments...]', "JupyterLab's own, such as --no-browser")
  .action(async (jupyterArguments: string[], flags: VariantFlags) => {
    const { runLab } = await import('./commands/lab');
    process.exitCode = await runLab({ variant: variantOf(flags), jupyterArguments, print });
  });

program.parseAsync().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
