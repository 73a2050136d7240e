import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Browser, Locator } from 'playwright-core';
import { REPORT_NOTEBOOK } from '../../lib/notebook/notebooks';
import { resultsDirectory } from '../../lib/notebook/show';
import { launchChromium } from '../support/chromium';
import { type CellState, type Drawn, type LabPage, openLab } from './lab-page';
import { type LabServer, startLab } from './lab-server';

/** A short version of the notebook: its settings and nothing else. */
const SHORT = { CLIPS_PER_CELL: '1', EPOCHS: '6', BATCH_SIZE: '16', SEED: '1' };
const LAST_EPOCH = new RegExp(`epoch ${SHORT.EPOCHS}/${SHORT.EPOCHS}`);
const WENT_ON = new RegExp(`${SHORT.EPOCHS} epochs, [1-5] of them from checkpoints`);

/** What the cell that trains calls, and a cell that waits for an abandoned training as that one does. */
const TRAINING = 'trainInCell(';
const WAITING = "import { runStoppable } from '../lib'; await runStoppable('training', async () => 'usable')";
const MINUTE = 60_000;

const cellOf = (cells: readonly CellState[], text: string) =>
  cells.find(({ source }) => source.includes(text))!;
const secondsSince = (start: number) => Math.round((performance.now() - start) / 100) / 10;

describe('the notebook in JupyterLab', function () {
  this.timeout(6 * MINUTE);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lab-'));
  const results = resultsDirectory(process.env);
  /** What the test measured, as results/…/lab.json has it. */
  const record = {
    cells: 0,
    failedCells: 0,
    chartsDrawn: 0,
    tablesDrawn: 0,
    consoleErrors: 0,
    /** From the start of the kernel's process to the first picture below a cell, the drawing of 42 example pictures included. */
    secondsToFirstFigure: 0,
    /** From the stop button until the training has ended and the kernel has run another cell. */
    stopSeconds: 0,
  };
  let server: LabServer;
  let browser: Browser;
  let lab: LabPage;
  let drawn: Drawn;

  before(async () => {
    server = await startLab(folder, SHORT);
    browser = await launchChromium();
    lab = await openLab(browser, server.url);
  });

  after(async function () {
    await browser?.close();
    await server?.close();
    fs.rmSync(folder, { recursive: true });
    // A record of half a run would pass for a whole one.
    if (!this.test!.parent!.tests.every((test) => test.isPassed())) return;
    fs.mkdirSync(results, { recursive: true });
    fs.writeFileSync(path.join(results, 'lab.json'), `${JSON.stringify(record, null, 2)}\n`);
  });

  it('draws its first figure', async () => {
    await lab.choose('Run', 'runmenu:run-all');
    await lab.waitForCells(
      'the old outputs to go',
      (cells) => cells.every(({ isRunning }) => isRunning),
      3 * MINUTE,
    );
    await lab.page.waitForFunction(
      () =>
        Array.from(document.querySelectorAll<HTMLImageElement>('.jp-Cell-outputArea img')).some(
          ({ naturalWidth }) => naturalWidth > 0,
        ),
      undefined,
      { timeout: 3 * MINUTE, polling: 50 },
    );
    record.secondsToFirstFigure = secondsSince(lab.kernelStartedAt);
  });

  it('stops in the middle of training, and the kernel goes on working', async () => {
    await lab.waitForCells(
      'a first epoch',
      (cells) => cellOf(cells, TRAINING).text.includes(`epoch 1/${SHORT.EPOCHS}`),
      3 * MINUTE,
    );
    const start = performance.now();
    await lab.press('notebook:interrupt-kernel');
    const stopped = await lab.waitForCells(
      'all cells to end',
      (cells) => cells.every(({ isRunning }) => !isRunning),
      2 * MINUTE,
    );
    assert.doesNotMatch(cellOf(stopped, TRAINING).text, LAST_EPOCH);
    await lab.select(TRAINING);
    await lab.press('notebook:insert-cell-below');
    // It waits for the abandoned run, as the training cell itself does.
    await lab.page.keyboard.type(WAITING);
    await lab.page.keyboard.press('Control+Enter');
    const isUsable = (cells: readonly CellState[]) => cellOf(cells, "'usable'").text.includes('usable');
    await lab.waitForCells('the kernel to run a cell', isUsable, 2 * MINUTE);
    record.stopSeconds = secondsSince(start);
    await lab.page.keyboard.press('Escape');
    await lab.page.keyboard.type('dd');
  });

  it('goes on from where training was stopped, to the last cell', async () => {
    await lab.select(TRAINING);
    await lab.choose('Run', 'notebook:run-all-below');
    const cells = await lab.waitForCells(
      'all cells to run',
      (all) => all.every(({ hasRun }) => hasRun),
      4 * MINUTE,
    );
    const { text } = cellOf(cells, TRAINING);
    assert.doesNotMatch(text, new RegExp(`epoch 1/${SHORT.EPOCHS}`), 'the first epoch was trained again');
    assert.match(text, LAST_EPOCH);
    assert.match(text, WENT_ON);
    record.cells = cells.length;
    const failed = cells.filter(({ hasError }) => hasError).map(({ text: own }) => own);
    record.failedCells = failed.length;
    assert.deepEqual(failed, []);
  });

  it('draws every chart, table, picture and progress bar', async () => {
    drawn = await lab.drawn();
    record.chartsDrawn = drawn.charts[0];
    record.tablesDrawn = drawn.tables[0];
    for (const [what, [done, all]] of Object.entries(drawn))
      assert.equal(done, all, `${what}: ${done} of ${all}`);
    const { charts, tables, pictures, bars } = drawn;
    assert.ok(charts[0] >= 6 && tables[0] >= 7 && pictures[0] >= 4 && bars[0] >= 2, JSON.stringify(drawn));
  });

  it('lets blocks be picked and errors be opened', async () => {
    const pixelsOf = (chart: Locator) =>
      chart.locator('canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const [blocks, errors] = [await lab.chartOf('blockExplorer('), await lab.chartOf('errorExplorer(')];
    const before = [await pixelsOf(blocks), await pixelsOf(errors)];
    await blocks.locator('select[name="emotion"]').selectOption('surprise');
    // Somewhere in the matrix' last row: no cell there is opened from the start.
    await errors.locator('canvas').click({ position: { x: 385, y: 375 } });
    await lab.page.waitForTimeout(1000);
    assert.notEqual(await pixelsOf(blocks), before[0]);
    assert.notEqual(await pixelsOf(errors), before[1]);
  });

  it('takes a screenshot of each explorer', async () => {
    fs.mkdirSync(results, { recursive: true });
    await lab.page.keyboard.press('Control+b');
    await lab.photograph('blockExplorer(', path.join(results, 'lab-blocks.png'));
    await lab.photograph('errorExplorer(', path.join(results, 'lab-errors.png'));
  });

  it('is saved, and shows the same when it is opened again', async () => {
    await lab.save();
    const saved = fs.readFileSync(path.join(server.root, REPORT_NOTEBOOK), 'utf8');
    assert.match(saved, WENT_ON);
    const again = await openLab(browser, server.url);
    await again.page.waitForFunction(
      (charts) => document.querySelectorAll('.vega-embed .marks').length === charts,
      drawn.charts[1],
    );
    // JupyterLab renders cells out of sight when it has nothing else to do.
    const end = performance.now() + MINUTE;
    let shown = await again.drawn();
    while (!isDeepStrictEqual(shown, drawn) && performance.now() < end) {
      await again.page.waitForTimeout(200);
      shown = await again.drawn();
    }
    assert.deepEqual(shown, drawn);
    assert.deepEqual(again.consoleErrors, []);
  });

  it('leaves no error in the browser', () => {
    record.consoleErrors = lab.consoleErrors.length;
    assert.deepEqual(lab.consoleErrors, []);
  });
});
