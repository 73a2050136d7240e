import type { Command } from 'commander';
import { print } from './terminal';

/** Defines `kernel install` and `kernel remove`. */
export function define(command: Command): void {
  command.addHelpText(
    'after',
    `
The JupyterLab of \`npx . lab\` has the kernel already. JUPYTER_DATA_DIR names another folder than Jupyter's own.`,
  );
  command
    .command('install')
    .description('register the kernel, which starts from this folder')
    .action(async () => {
      const { setUpCompiled } = await import('../setup');
      const { installUserKernel } = await import('../setup/kernel');
      const file = installUserKernel();
      await setUpCompiled();
      print(`The kernel TypeScript (tslab) is registered: ${file}`);
      print('Open a notebook of this project in your own JupyterLab, or in VS Code, and select this kernel.');
    });
  command
    .command('remove')
    .description('remove the kernel')
    .action(async () => {
      const { removeUserKernel } = await import('../setup/kernel');
      const file = removeUserKernel();
      print(file ? `The kernel is removed: ${file}` : 'No kernel of this project is registered.');
    });
}
