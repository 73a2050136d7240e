import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  benchChart,
  describeMachine,
  formatRow,
  renderBenchTable,
  type BenchFile,
  type BenchRow,
  type MissingRow,
} from './bench-results';
import { makePortraits, makeVideo, writeImageList } from './bench-pictures';
import { chooseRows, IMAGE_COUNT, type Choice } from './comparisons';
import { runRows } from './measure-rows';
import { type ProgramName, startMeasured } from './measured-programs';
import { installPeers } from './peers';
import { homePath } from '../lib/files/project';
import { setUpCompiled } from '../lib/setup';
import { runStep } from '../lib/setup/step';
import { startEngine } from '../lib/tensor/backend';
import { renderFigure } from '../lib/figures/figure';
import { replaceSectionIn } from '../lib/study/markdown';
import type { ReferenceContext } from './reference/context';

/**
 * Measures this project and its peers in turn, and saves the results after each row.
 * @param options.rows names of rows, or the part before the slash; default all but the optional ones
 * @param options.runs number of measured runs of each row; default the row's own
 * @param options.output path of the JSON file; default results/latest/bench.json
 * @returns the saved results
 * @throws RangeError for an unknown row
 */
export async function runBench(options: {
  readonly rows?: readonly string[];
  readonly runs?: number;
  readonly print: (line: string) => void;
  readonly output?: string;
}): Promise<BenchFile> {
  const { print, runs, output = homePath('results', 'latest', 'bench.json') } = options;
  const choice = chooseRows(options.rows);
  const [loadAtStart] = os.loadavg();
  if (loadAtStart > os.availableParallelism() / 2)
    print(`The machine is busy (load ${loadAtStart.toFixed(1)}): the results will not be reliable.`);
  await prepareRows(choice, print);
  const versions: Record<string, string> = {};
  const start = async (name: ProgramName) => {
    const program = await startMeasured(name);
    Object.assign(versions, program.ready.versions);
    return program;
  };
  const rows: BenchRow[] = [];
  const missing: MissingRow[] = [];
  const engine = await startEngine();
  const bench = () => ({ machine: describeMachine(engine, versions, loadAtStart), rows, missing });
  await runRows({ ...choice, start, runs }, (row) => {
    if ('reason' in row) missing.push(row);
    else rows.push(row);
    fs.mkdirSync(path.dirname(output), { recursive: true });
    fs.writeFileSync(output, `${JSON.stringify(bench(), null, 2)}\n`);
    print('reason' in row ? `${row.name.padEnd(30)} missing: ${row.reason}` : formatRow(row));
  });
  print(`The results are in ${path.relative(process.cwd(), output)}.`);
  return bench();
}

async function prepareRows({ rows }: Choice, print: (line: string) => void): Promise<void> {
  const isChosen = (beginning: string) => rows.some(({ name }) => name.startsWith(beginning));
  if (isChosen('preprocess/')) await writeImageList(IMAGE_COUNT);
  // The notebook imports dist, and `npx .` runs it.
  if (isChosen('startup/') || isChosen('predict/one-cold')) await runStep('helpers', setUpCompiled, print);
  if (isChosen('predict/face-api-portraits')) await makePortraits();
  if (isChosen('predict/video')) await makeVideo();
}

/** Waits up to five minutes until the system load is low; the remaining load is recorded. */
async function waitForQuiet(print: (line: string) => void): Promise<void> {
  const isBusy = () => os.loadavg()[0] > os.availableParallelism() / 4;
  if (isBusy()) print('Waiting for a low system load, five minutes at most.');
  for (let tries = 0; tries < 60 && isBusy(); tries++) await sleep(5000);
}

/** Makes the committed bench: results/reference/bench.json, its chart, and its table in docs/benchmarks.md. */
export async function makeBenchReference({ directory, print }: ReferenceContext): Promise<void> {
  await installPeers(print);
  await waitForQuiet(print);
  const bench = await runBench({ print, output: path.join(directory, 'bench.json') });
  const { svg, png } = await renderFigure(benchChart(bench));
  const charts = path.join(directory, 'bench');
  fs.mkdirSync(charts, { recursive: true });
  fs.writeFileSync(path.join(charts, 'ratios.svg'), svg);
  fs.writeFileSync(path.join(charts, 'ratios.png'), png);
  replaceSectionIn('docs/benchmarks.md', 'bench', renderBenchTable(bench));
}
