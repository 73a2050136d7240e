import { Command } from 'commander';
import { print } from './print';

/** `kernel`: the TypeScript kernel in the user's own Jupyter. */
export const kernelCommand = new Command('kernel')
  .description('put the TypeScript kernel into your own Jupyter, or take it out')
  .addHelpText(
    'after',
    `
\`npm run lab\` needs none of this: its JupyterLab knows the kernel. JUPYTER_DATA_DIR names another folder than Jupyter's own.`,
  )
  .addCommand(
    new Command('install')
      .description('register the kernel, which starts from this folder')
      .action(async () => {
        const { installKernel } = await import('../commands/kernel');
        for (const line of await installKernel()) print(line);
      }),
  )
  .addCommand(
    new Command('remove').description('take it out').action(async () => {
      const { removeKernel } = await import('../commands/kernel');
      print(removeKernel());
    }),
  );
