import path from 'node:path';
import { toBundle, type MimeBundle, type ShowOptions } from '../figures/bundle';
import { isFigure, saveFigure } from '../figures/figure';
import { homePath, projectRoot } from '../files/project';
import { openCellOutput } from './kernel';

/**
 * Shows a value below the running cell, in all forms that JupyterLab, VS Code, GitHub and nbconvert need. Outside of a
 * notebook its plain-text form is printed.
 * @param value a figure, an image (content or pixels), an array of images, captioned images or rows, a danfo
 *   DataFrame, a text, or any other value
 * @param options.saveAs file name without extension under which a figure is saved among the results; default: not saved
 * @throws what drawing throws; TypeError for `saveAs` with a value that is not a figure
 */
export async function show(
  value: unknown,
  { saveAs, ...options }: ShowOptions & { readonly saveAs?: string } = {},
): Promise<void> {
  // Opened before drawing, so that the output belongs to the calling cell even if that cell does not await it.
  const send = openCellOutput() ?? print;
  send(await toBundle(value, options));
  if (saveAs === undefined) return;
  if (!isFigure(value)) throw new TypeError(`Expected a figure for saveAs but received ${typeof value}`);
  await saveFigure(value, resultsDirectory(process.env), saveAs);
}

/**
 * Returns the folder of a notebook's results: `RESULTS_DIR`, default results/latest.
 * @param environment such as `process.env`
 */
export function resultsDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  return environment.RESULTS_DIR
    ? path.resolve(projectRoot(), environment.RESULTS_DIR)
    : homePath('results', 'latest');
}

/**
 * Opens an output of the running cell whose content changes; nothing is shown before the first update.
 * @returns a function that shows a value in place of the previous one; while one is drawn, only the newest value waits
 */
export function liveDisplay(): (value: unknown) => Promise<void> {
  const send = openCellOutput() ?? print;
  let newest = 0;
  let drawing: Promise<void> = Promise.resolve();
  return (value) => {
    const own = ++newest;
    const draw = async () => {
      if (own === newest) send(await toBundle(value));
    };
    // In sequence, so that an older value never replaces a newer one; a failure does not stop the next one.
    drawing = drawing.then(draw, draw);
    return drawing;
  };
}

function print({ data }: MimeBundle): void {
  process.stdout.write(`${String(data['text/plain'])}\n`);
}
