import path from 'node:path';
import type { Experiment } from '../core/experiment';
import { expectWritable, homePath, projectRoot } from '../files/project';
import { isCompiledStale } from '../setup';
import { startEngine } from '../tensor/backend';
import type { EngineInfo } from '../tensor/backend';
import { toBundle } from '../figures/bundle';
import { openOutput } from './kernel';

const STALE = 'dist is older than lib: run `npm run setup`, then restart the kernel';

/**
 * Begins a notebook: starts TensorFlow and shows what runs and with which settings. It warns when the compiled
 * helpers are older than their sources.
 * @returns what was started
 * @throws Error when nothing can be written; what {@link startEngine} throws
 */
export async function startNotebook(experiment: Experiment): Promise<EngineInfo> {
  expectWritable(homePath('data'));
  const output = openOutput();
  const stale = isCompiledStale() ? { warning: STALE } : {};
  const engine = await startEngine();
  const rows = Object.entries({ ...stale, ...describeEngine(engine), ...experiment }).map(
    ([name, value]) => ({
      name,
      value: String(value),
    }),
  );
  output?.send(await toBundle(rows, { caption: 'What runs, and with which settings' }));
  return engine;
}

/**
 * Gives the folder that a notebook's results go to.
 * @param environment such as `process.env`: `RESULTS_DIR`, default results/latest
 */
export function resultsDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  return environment.RESULTS_DIR
    ? path.resolve(projectRoot(), environment.RESULTS_DIR)
    : homePath('results', 'latest');
}

function describeEngine(engine: EngineInfo): Record<string, string> {
  const library = engine.tensorflow ? `TensorFlow ${engine.tensorflow}` : 'TensorFlow.js';
  const oneDnn = engine.oneDnn ? ', oneDNN' : '';
  return {
    'Node.js': process.version,
    backend: `${engine.backend} (${library}, ${engine.device}${oneDnn})`,
    ...(engine.reason ? { 'why not native': engine.reason } : {}),
  };
}
