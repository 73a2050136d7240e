import fs from 'node:fs';
import { missingPeersReason } from '../peers';
import { homePath } from '../../lib/files/project';
import { runVisibly } from '../../lib/notebook/notebooks';
import { type ReferenceContext, writeReference } from './context';

/** Figures that the tests of the page and of PyTorch write to results/latest. */
interface DemoFigures {
  readonly maxLogitDifference: Readonly<Record<string, number>>;
}

/**
 * Measures the web page in Chromium and the logits' differences between backends: results/reference/demo.json. Takes
 * about three minutes. PyTorch's difference is null if the bench's peers are not installed.
 * @throws Error when Chromium is missing or a test fails
 */
export async function makeDemoReference(context: ReferenceContext): Promise<void> {
  const { environment } = context;
  const latest = (name: string) => homePath('results', 'latest', name);
  for (const name of ['demo.json', 'pytorch.json']) fs.rmSync(latest(name), { force: true });
  await runTest('test/long/demo-page.long.ts', environment);
  if (missingPeersReason() === undefined) await runTest('test/long/pytorch.long.ts', environment);
  const page = JSON.parse(fs.readFileSync(latest('demo.json'), 'utf8')) as DemoFigures;
  const pytorch = fs.existsSync(latest('pytorch.json'))
    ? (JSON.parse(fs.readFileSync(latest('pytorch.json'), 'utf8')) as { maxLogitDifference: number })
    : undefined;
  const maxLogitDifference = { ...page.maxLogitDifference, pytorch: pytorch?.maxLogitDifference ?? null };
  writeReference(context, 'demo', { ...page, maxLogitDifference });
}

/** Runs a file of tests. @throws Error when one fails */
export async function runTest(file: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const mocha = [require.resolve('mocha/bin/mocha.js'), file];
  const status = await runVisibly(process.execPath, mocha, environment);
  if (status !== 0) throw new Error(`Expected ${file} to pass but it ended with ${status}`);
}
