import fs from 'node:fs';
import path from 'node:path';
import { missingPeersReason } from '../peers';
import { homePath } from '../../lib/files/project';
import { runVisibly } from '../../lib/notebook/notebooks';
import type { ReferenceContext } from './context';

/** What the page's test and PyTorch's leave in results/latest. */
interface DemoFigures {
  readonly maxLogitDifference: Readonly<Record<string, number>>;
}

/**
 * Measures the web page in Chromium and the logits' differences between backends: results/reference/demo.json. Takes
 * about three minutes. PyTorch's difference is null where the bench's peers are not installed.
 * @throws Error when Chromium is missing or a test fails
 */
export async function makeDemoReference({ directory, environment, print }: ReferenceContext): Promise<void> {
  const latest = (name: string) => homePath('results', 'latest', name);
  for (const name of ['demo.json', 'pytorch.json']) fs.rmSync(latest(name), { force: true });
  const hasPeers = missingPeersReason() === undefined;
  for (const spec of ['test/long/demo-page.long.ts', ...(hasPeers ? ['test/long/pytorch.long.ts'] : [])]) {
    const status = await runVisibly(
      process.execPath,
      [require.resolve('mocha/bin/mocha.js'), spec],
      environment,
    );
    if (status !== 0) throw new Error(`Expected ${spec} to pass but it ended with ${status}`);
  }
  const page = JSON.parse(fs.readFileSync(latest('demo.json'), 'utf8')) as DemoFigures;
  const pytorch = fs.existsSync(latest('pytorch.json'))
    ? (JSON.parse(fs.readFileSync(latest('pytorch.json'), 'utf8')) as { maxLogitDifference: number })
    : undefined;
  const maxLogitDifference = { ...page.maxLogitDifference, pytorch: pytorch?.maxLogitDifference ?? null };
  const text = JSON.stringify({ ...page, maxLogitDifference }, null, 2);
  fs.writeFileSync(path.join(directory, 'demo.json'), `${text}\n`);
  print('Made anew: results/reference/demo.json.');
}
