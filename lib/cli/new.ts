import type { Command } from 'commander';
import fs from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../files/project';
import { formatNotebook, type NotebookFile } from '../notebook/file';
import { print } from './terminal';

/** Defines `new`. */
export function define(command: Command): void {
  command
    .argument('<name>', 'name or path of the notebook, such as my-study')
    .argument('<folder>', 'folder of pictures in <emotion>/* or <person>/<emotion>/*')
    .option('--cropped', 'each picture is a cropped face', false)
    .action((name: string, data: string, { cropped }: { readonly cropped: boolean }) => {
      print(`Written: ${newStudy({ name, data, cropped })}`);
      print(
        'Open it in `npx . lab` if it is below the project folder, or in your own JupyterLab after `npx . kernel install`.',
      );
    });
}

/** The notebook that is the template. */
export const STUDY_NOTEBOOK = 'notebooks/your-study.ipynb';

/** What {@link newStudy} is asked for. */
export interface NewStudyRequest {
  /** Name of the notebook without extension, or its path; from the current folder. */
  readonly name: string;
  /** Folder of pictures, from the current folder. */
  readonly data: string;
  /** Whether each picture is a cropped face. */
  readonly cropped: boolean;
}

/**
 * Writes a notebook that reads a folder of pictures, trains a small network on them and evaluates it.
 * @returns absolute path of the notebook
 * @throws RangeError when the folder is missing or the notebook exists
 */
export function newStudy({ name, data, cropped }: NewStudyRequest): string {
  const folder = path.resolve(data);
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new RangeError(`Expected an existing folder for <folder> but received ${folder}`);
  const file = path.resolve(name.endsWith('.ipynb') ? name : `${name}.ipynb`);
  const template = fs.readFileSync(path.join(projectRoot(), STUDY_NOTEBOOK), 'utf8');
  const notebook = fillIn(JSON.parse(template) as NotebookFile, {
    title: path.basename(file, '.ipynb'),
    folder,
    cropped,
    project: path.relative(path.dirname(file), projectRoot()) || '.',
  });
  try {
    fs.writeFileSync(file, formatNotebook(notebook), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new RangeError(`Expected a new file for <name> but received ${file}, which exists`);
  }
  return file;
}

interface Study {
  readonly title: string;
  readonly folder: string;
  readonly cropped: boolean;
  /** Path to the project from the notebook's folder. */
  readonly project: string;
}

function fillIn(notebook: NotebookFile, { title, folder, cropped, project }: Study): NotebookFile {
  const lib = project.startsWith('.') ? project : `./${project}`;
  const cells = notebook.cells.map((cell, index) => {
    const text = typeof cell.source === 'string' ? cell.source : cell.source.join('');
    const source = text
      .replace(index === 0 ? /^# .*$/m : /$^/, () => `# ${title}`)
      .replaceAll("'../lib'", () => JSON.stringify(`${lib}/lib`))
      .replace("const folder = '';", () => `const folder = ${JSON.stringify(folder)};`)
      .replace('const cropped = false;', `const cropped = ${cropped};`)
      .replaceAll('](../', () => `](${encodeURI(project)}/`)
      .replaceAll(
        '](emotion-recognition.ipynb)',
        () => `](${encodeURI(project)}/notebooks/emotion-recognition.ipynb)`,
      );
    const lines = source.split('\n').map((line, at, all) => (at < all.length - 1 ? `${line}\n` : line));
    return cell.cell_type === 'code' ? { ...cell, source: lines, outputs: [] } : { ...cell, source: lines };
  });
  return { ...notebook, cells };
}
