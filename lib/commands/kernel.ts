import { installUserKernel, removeUserKernel, setUpCompiled } from '../setup';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Puts the kernel into the user's own Jupyter folder, and compiles the helpers that notebooks import.
 * @returns what was done, in lines
 * @throws Error when another kernel of that name is there
 */
export async function installKernel(environment: Environment = process.env): Promise<string[]> {
  const file = installUserKernel(environment);
  await setUpCompiled();
  return [
    `The kernel TypeScript (tslab) is registered: ${file}`,
    'Open a notebook of this project in your own JupyterLab, or in VS Code, and choose it.',
  ];
}

/**
 * Takes the kernel out of the user's own Jupyter folder.
 * @returns what was done, in one sentence
 * @throws Error when another kernel of that name is there
 */
export function removeKernel(environment: Environment = process.env): string {
  const file = removeUserKernel(environment);
  return file ? `The kernel was taken out: ${file}` : 'There was no kernel of this project to take out.';
}
