import { openOutput, type Output } from './notebook/kernel';
import { resultsDirectory } from './notebook/start';
import { toBundle, type MimeBundle, type ShowOptions } from './figures/bundle';
import { isFigure, saveFigure } from './figures/figure';

export { isInKernel } from './notebook/kernel';
export { followProgress, progress, type Progress } from './notebook/progress';
export { resultsDirectory, startNotebook } from './notebook/start';
export { runStoppable, watchStop, type StopFlag } from './notebook/stop';

/** An output that is drawn again in place, such as the chart of a training that goes on. */
export interface LiveDisplay {
  /** Shows the value in place of the one before. Values that come faster than they are drawn are left out. */
  update(value: unknown, options?: ShowOptions): Promise<void>;
}

/** How a cell shows a value. */
export interface CellOptions extends ShowOptions {
  /** File name, without ending, under which a figure is saved among the results too; default: it is not saved. */
  readonly saveAs?: string;
}

/**
 * Shows a value below the running cell, in all forms that JupyterLab, VS Code, GitHub and nbconvert need. Outside of
 * a notebook its plain-text form is printed.
 * @param value a figure, an image (content or pixels), an array of images, captioned images or rows, a danfo
 *   DataFrame, an object with `Symbol.for('Jupyter.display')`, a text, or anything else
 * @throws what drawing the value throws; TypeError when something else than a figure is to be saved
 */
export async function show(value: unknown, { saveAs, ...options }: CellOptions = {}): Promise<void> {
  // Opened before drawing: the output belongs to the cell that asked, also when that cell does not wait for it.
  const output = openOutput();
  send(output, await toBundle(value, options));
  if (saveAs === undefined) return;
  if (!isFigure(value)) throw new TypeError(`Expected a figure for saveAs but received ${typeof value}`);
  await saveFigure(value, resultsDirectory(process.env), saveAs);
}

/** Opens an output of the running cell that is drawn again in place; nothing is shown before the first update. */
export function liveDisplay(): LiveDisplay {
  const output = openOutput();
  let newest = 0;
  let drawing: Promise<void> = Promise.resolve();
  return {
    update(value, options) {
      const own = ++newest;
      const draw = async () => {
        if (own === newest) send(output, await toBundle(value, options));
      };
      // One after the other, so that an older state never covers a newer one; after a failure the next one is tried.
      drawing = drawing.then(draw, draw);
      return drawing;
    },
  };
}

function send(output: Output | undefined, bundle: MimeBundle): void {
  if (output) output.send(bundle);
  else process.stdout.write(`${String(bundle.data['text/plain'])}\n`);
}
