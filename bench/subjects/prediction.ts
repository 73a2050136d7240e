import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../lib/files/project';
import { predictInputs } from '../../lib/predict/predict-inputs';
import { isUnread, loadPredictor } from '../../lib/predict/predictor';
import type { Task } from '../serve';
import { engineVersions, startSubjectEngine } from './engine';

/** The photograph to predict: 1920 pixels wide, three faces. */
const PHOTO = path.join(
  path.dirname(require.resolve('@vladmandic/face-api/package.json')),
  'demo',
  'sample1.jpg',
);

/**
 * Prepares predictions in one process, with the project's model and the detectors loaded. A unit is one prediction,
 * from the photograph's file to the expressions of its faces.
 */
export async function prepareWarmPrediction(): Promise<Task> {
  const engine = await startSubjectEngine('ours');
  const predictor = await loadPredictor();
  const work = async (count: number) => {
    const inputs = Array.from({ length: count }, () => ({ kind: 'picture' as const, source: PHOTO }));
    for await (const { result } of predictInputs(predictor, inputs))
      if (isUnread(result) || result.faces.length === 0)
        throw new Error(`Expected faces in ${PHOTO} but found none`);
  };
  return { ready: { versions: engineVersions(engine) }, work };
}

/** Prepares predictions in new processes. A unit is one `npx . predict`, from start to end. */
export async function prepareColdPrediction(): Promise<Task> {
  const work = async (count: number) => {
    for (let run = 0; run < count; run++) {
      const { stdout } = await promisify(execFile)('npx', ['.', 'predict', PHOTO], { cwd: projectRoot() });
      if (!stdout.startsWith(PHOTO))
        throw new Error(`Expected answers for ${PHOTO} but received ${JSON.stringify(stdout.slice(0, 80))}`);
    }
  };
  return { ready: {}, work };
}
