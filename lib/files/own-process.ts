import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Returns the path of one of this project's modules, in lib/ or compiled in dist/, and the arguments with which Node.js
 * runs it in a new process.
 * @param folder the calling module's `__dirname`
 * @param name the module's name without its extension
 */
export function ownModule(
  folder: string,
  name: string,
): { readonly file: string; readonly execArgv: string[] } {
  const extension = path.extname(__filename);
  const loader = extension === '.ts' ? ['--import', pathToFileURL(require.resolve('tsx')).href] : [];
  return { file: path.join(folder, `${name}${extension}`), execArgv: loader };
}
