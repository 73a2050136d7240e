import fs from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../files/project';
import { formatNotebook, type NotebookFile } from '../notebook/notebooks';
import { defineCommand, print, toggle } from './command';

/** Defines `new`. */
export const define = defineCommand({
  operands: {
    '<name>': 'name or path of the notebook, such as my-study',
    '<folder>': 'folder of pictures in <emotion>/* or <person>/<emotion>/*',
  },
  options: { cropped: toggle('--cropped', 'each picture is a cropped face') },
  run({ cropped = false }, [name, data]) {
    print(`Written: ${newStudy({ name, data, cropped })}`);
    print(
      'Open it in `npx . lab` if it is below the project folder, or in your own JupyterLab after `npx . kernel install`.',
    );
  },
});

/**
 * Writes a notebook that reads a folder of pictures, trains a small network on them and evaluates it.
 * @param request.name name of the notebook without extension, or its path
 * @param request.data folder of pictures
 * @param request.cropped whether each picture is a cropped face
 * @returns absolute path of the notebook
 * @throws RangeError when the folder is missing or the notebook exists
 */
export function newStudy(request: { name: string; data: string; cropped: boolean }): string {
  const folder = path.resolve(request.data);
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new RangeError(`Expected an existing folder for <folder> but received ${folder}`);
  const { name, cropped } = request;
  const file = path.resolve(name.endsWith('.ipynb') ? name : `${name}.ipynb`);
  const template = path.join(projectRoot(), 'notebooks/your-study.ipynb');
  const filled = fillIn(JSON.parse(fs.readFileSync(template, 'utf8')) as NotebookFile, file, folder, cropped);
  try {
    fs.writeFileSync(file, formatNotebook(filled), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new RangeError(`Expected a new file for <name> but received ${file}, which exists`);
  }
  return file;
}

function fillIn(template: NotebookFile, file: string, folder: string, cropped: boolean): NotebookFile {
  const title = path.basename(file, '.ipynb');
  const project = path.relative(path.dirname(file), projectRoot()) || '.';
  const lib = project.startsWith('.') ? project : `./${project}`;
  const url = encodeURI(project);
  const cells = template.cells.map((cell, index) => {
    const text = typeof cell.source === 'string' ? cell.source : cell.source.join('');
    const source = text
      .replace(index === 0 ? /^# .*$/m : /$^/, () => `# ${title}`)
      .replaceAll("'../lib'", () => JSON.stringify(`${lib}/lib`))
      .replace("const folder = '';", () => `const folder = ${JSON.stringify(folder)};`)
      .replace('const cropped = false;', `const cropped = ${cropped};`)
      .replaceAll('](../', () => `](${url}/`)
      .replaceAll('](emotion-recognition.ipynb)', () => `](${url}/notebooks/emotion-recognition.ipynb)`);
    const lines = source.split(/(?<=\n)/);
    return cell.cell_type === 'code' ? { ...cell, source: lines, outputs: [] } : { ...cell, source: lines };
  });
  return { ...template, cells };
}
