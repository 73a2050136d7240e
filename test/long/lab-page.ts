import type { Browser, Page } from 'playwright-core';

/** A code cell as JupyterLab's model has it. */
export interface CellState {
  readonly source: string;
  /** Whether it runs or waits for its turn. */
  readonly isRunning: boolean;
  /** Whether it ran to its end since it was last started. */
  readonly hasRun: boolean;
  /** Texts of its outputs: what was printed, and the plain form of what was shown. */
  readonly text: string;
  /** Whether it printed to standard error, which is where tslab reports what went wrong. */
  readonly hasError: boolean;
}

/** What is drawn below the cells, and what there is: charts, tables, pictures, and progress bars that are full. */
export type Drawn = ReturnType<typeof readDrawn>;

/** What JupyterLab offers to scripts with `--LabApp.expose_app_in_browser`, as far as it is read here. */
interface ExposedLab {
  readonly shell: {
    readonly currentWidget: {
      readonly content: { readonly widgets: readonly ExposedCell[] };
      readonly context: { readonly model: { readonly dirty: boolean } };
      readonly sessionContext: {
        readonly isReady: boolean;
        readonly session?: { readonly kernel?: { readonly connectionStatus: string } };
      };
    };
  };
}
interface ExposedCell {
  readonly model: {
    readonly type: string;
    readonly executionCount: number | null;
    readonly executionState: string;
    readonly sharedModel: { getSource(): string };
    readonly outputs: { toJSON(): readonly Output[] };
  };
}
interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string | readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A notebook in JupyterLab, in a browser. */
export type LabPage = Awaited<ReturnType<typeof openLab>>;

/** Opens a notebook and waits for its cells and its kernel. */
export async function openLab(browser: Browser, url: string) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const consoleErrors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') consoleErrors.push(message.text());
  });
  page.on('pageerror', (error) => consoleErrors.push(error.message));
  // tsx names functions by a helper of its own, which the functions that run in the browser take with them.
  await page.addInitScript('globalThis.__name = (value) => value');
  let startedAt = NaN;
  page.on('response', (response) => {
    const isStart = response.request().method() === 'POST' && response.url().includes('/api/sessions');
    if (isStart) startedAt = performance.now();
  });
  await page.goto(url);
  await page.waitForSelector('.jp-Notebook .jp-CodeCell', { timeout: 120_000 });
  await page.waitForFunction(isConnected, undefined, { timeout: 120_000 });
  const cell = async (text: string) => {
    const index = (await page.evaluate(readCells)).findIndex(({ source }) => source.includes(text));
    return page.locator('.jp-CodeCell').nth(index);
  };
  return {
    page,
    /** What the browser's console calls errors, and scripts' uncaught exceptions. */
    consoleErrors,
    /** When the server had started the kernel's process, as `performance.now` tells it; NaN where it ran already. */
    kernelStartedAt: startedAt,
    /** Looks at what is drawn. */
    drawn: () => page.evaluate(readDrawn),
    /** Waits until a condition on the code cells holds. @throws Error with the cells' states when it does not in time */
    waitForCells: (what: string, isMet: (cells: readonly CellState[]) => boolean, timeoutMs: number) =>
      waitForCells(page, what, isMet, timeoutMs),
    /** Presses a button of the notebook's toolbar. @param command its JupyterLab command, such as notebook:insert-cell-below */
    press: (command: string) => page.click(`.jp-NotebookPanel-toolbar [data-command="${command}"]`),
    /** Clicks into the editor of the code cell whose source has a text. */
    select: async (text: string) => (await cell(text)).locator('.cm-content').click(),
    /** Chooses an entry of a menu. */
    choose: async (menu: string, command: string) => {
      await page.click(`.lm-MenuBar-itemLabel:text-is("${menu}")`);
      await page.click(`.lm-Menu-item[data-command="${command}"]`);
    },
    /** Finds the chart below a cell. @param text of the cell's source */
    chartOf: async (text: string) => (await cell(text)).locator('.vega-embed'),
    /** Takes a picture of the window with a cell at its top. @param text of the cell's source */
    photograph: async (text: string, file: string) => {
      const found = await cell(text);
      // Twice: what comes into sight for the first time changes its height.
      for (let round = 0; round < 2; round++) {
        await found.evaluate((element) => element.scrollIntoView());
        await page.waitForTimeout(700);
      }
      await page.screenshot({ path: file });
    },
    /** Saves and waits until all is written. */
    save: async () => {
      await page.click('.jp-NotebookPanel-toolbar [data-command="docmanager:save"]');
      await page.waitForFunction(isSaved);
    },
  };
}

async function waitForCells(
  page: Page,
  what: string,
  isMet: (cells: readonly CellState[]) => boolean,
  timeoutMs: number,
): Promise<CellState[]> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const cells = await page.evaluate(readCells);
    if (isMet(cells)) return cells;
    if (performance.now() > end) {
      const states = cells.map(
        ({ source, ...state }) => `${source.split('\n')[0]}\n  ${JSON.stringify(state)}`,
      );
      throw new Error(
        `Expected ${what} within ${timeoutMs / 1000} s but the cells are:\n${states.join('\n')}`,
      );
    }
    await page.waitForTimeout(50);
  }
}

// The functions below run in the browser: each must stand alone.

function readCells(): CellState[] {
  const { shell } = (globalThis as unknown as { jupyterapp: ExposedLab }).jupyterapp;
  const toText = (output: Output): string => {
    const text = output.text ?? (output.data?.['text/plain'] as string | string[] | undefined) ?? '';
    return typeof text === 'string' ? text : text.join('');
  };
  return shell.currentWidget.content.widgets
    .filter(({ model }) => model.type === 'code')
    .map(({ model }) => {
      const outputs = model.outputs.toJSON();
      return {
        source: model.sharedModel.getSource(),
        isRunning: model.executionState === 'running',
        hasRun: model.executionState !== 'running' && model.executionCount !== null,
        text: outputs.map(toText).join('\n'),
        hasError: outputs.some((output) => output.name === 'stderr' || output.output_type === 'error'),
      };
    });
}

function readDrawn() {
  const count = (elements: Element[], isDrawn: (element: Element) => boolean): [number, number] => [
    elements.filter(isDrawn).length,
    elements.length,
  ];
  const find = (selector: string) => Array.from(document.querySelectorAll(`.jp-Cell-outputArea ${selector}`));
  const hasMarks = (chart: Element): boolean => {
    const canvas = chart.querySelector('canvas');
    if (!canvas) return chart.querySelectorAll('svg .mark-group path, svg .mark-text text').length > 10;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size > 16;
  };
  return {
    charts: count(find('.jp-RenderedVegaCommon5'), hasMarks),
    tables: count(find('table'), (table) => table.querySelectorAll('tbody tr td').length > 0),
    pictures: count(find('img'), (image) => (image as HTMLImageElement).naturalWidth > 0),
    bars: count(
      find('[role="progressbar"]'),
      (bar) => bar.getAttribute('aria-valuenow') === bar.getAttribute('aria-valuemax'),
    ),
  };
}

function isSaved(): boolean {
  const { shell } = (globalThis as unknown as { jupyterapp: ExposedLab }).jupyterapp;
  return !shell.currentWidget.context.model.dirty;
}

/** Whoever runs a cell before is asked which kernel to take. */
function isConnected(): boolean {
  const { shell } = (globalThis as unknown as { jupyterapp: ExposedLab }).jupyterapp;
  const { isReady, session } = shell.currentWidget.sessionContext;
  return isReady && session?.kernel?.connectionStatus === 'connected';
}
