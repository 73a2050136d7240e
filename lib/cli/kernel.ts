import { defineCommand, print } from './command';

/** Defines `kernel install` and `kernel remove`. */
export const define = defineCommand({
  help: `For your own Jupyter: \`npx . lab\` has the kernel already.
JUPYTER_DATA_DIR replaces Jupyter's default data folder.`,
  commands: {
    install: defineCommand({
      description: 'register the kernel, which starts from this folder',
      async run() {
        const { setUpCompiled } = await import('../setup');
        const { installUserKernel } = await import('../setup/kernel');
        const file = installUserKernel();
        await setUpCompiled();
        print(`The kernel TypeScript (tslab) is registered: ${file}`);
        print(
          'Open a notebook of this project in your own JupyterLab, or in VS Code, and select this kernel.',
        );
      },
    }),
    remove: defineCommand({
      description: 'remove the kernel',
      async run() {
        const { removeUserKernel } = await import('../setup/kernel');
        const file = removeUserKernel();
        print(file ? `The kernel is removed: ${file}` : 'No kernel of this project is registered.');
      },
    }),
  },
});
