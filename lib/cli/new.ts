import fs from 'node:fs';
import path from 'node:path';
import { unexpected } from '../core/errors';
import { readOwnFolder } from '../datasets/labels';
import { isInside, projectRoot } from '../files/project';
import { formatNotebook, type NotebookFile, toLines } from '../notebook/notebooks';
import { defineCommand, print, toggle } from './command';

/** Defines `new`. */
export const define = defineCommand({
  operands: {
    '<name>': 'name or path of the notebook, such as my-study',
    '<folder>': 'folder of pictures in <emotion>/* or <person>/<emotion>/*, or with labels.csv',
  },
  options: { cropped: toggle('--cropped', 'each picture is a cropped face') },
  run({ cropped = false }, [name, data]) {
    const file = newStudy({ name, data, cropped });
    print(`Written: ${file}`);
    const inLab = isInside(projectRoot(), file) ? `with \`npx . lab "${path.relative('', file)}"\`, or ` : '';
    print(`Open it ${inLab}in your own JupyterLab after \`npx . kernel install\`.`);
  },
});

/**
 * Writes a notebook that reads a folder of pictures, trains a small network on them and evaluates it.
 * @param request.name name of the notebook without extension, or its path
 * @param request.data folder of pictures
 * @param request.cropped whether each picture is a cropped face
 * @returns absolute path of the notebook
 * @throws RangeError when the folder is missing, has no labelled pictures, or the notebook exists
 */
export function newStudy(request: { name: string; data: string; cropped: boolean }): string {
  const folder = path.resolve(request.data);
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw unexpected('an existing folder', '<folder>', folder);
  // The notebook would fail at its first cell.
  readOwnFolder(folder, { setting: '<folder>' });
  const { name, cropped } = request;
  const file = path.resolve(name.endsWith('.ipynb') ? name : `${name}.ipynb`);
  const project = path.relative(path.dirname(file), projectRoot()) || '.';
  const lib = `${project.startsWith('.') ? project : `./${project}`}/lib`;
  const url = encodeURI(project);
  const text = fs.readFileSync(path.join(projectRoot(), 'notebooks/your-study.ipynb'), 'utf8');
  const template = JSON.parse(text) as NotebookFile;
  const cells = template.cells.map((cell, index) => {
    const source = toLines(cell.source)
      .join('')
      .replace(index === 0 ? /^# .*$/m : /$^/, () => `# ${path.basename(file, '.ipynb')}`)
      .replaceAll("'../lib'", () => JSON.stringify(lib))
      .replace("const folder = '';", () => `const folder = ${JSON.stringify(folder)};`)
      .replace('const cropped = false;', `const cropped = ${cropped};`)
      .replaceAll('](../', () => `](${url}/`)
      .replaceAll('](emotion-recognition.ipynb)', () => `](${url}/notebooks/emotion-recognition.ipynb)`);
    return { ...cell, source: toLines(source), ...(cell.cell_type === 'code' && { outputs: [] }) };
  });
  try {
    fs.writeFileSync(file, formatNotebook({ ...template, cells }), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw unexpected('a new file', '<name>', `${file}, which exists`);
  }
  return file;
}
