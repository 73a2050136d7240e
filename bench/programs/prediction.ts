import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { projectRoot } from '../../lib/files/project';
import { predictInputs } from '../../lib/predict/predict-inputs';
import { isUnread, loadPredictor, type Predictor } from '../../lib/predict/predictor';
import { listPictures, type PictureSet, VIDEO } from '../bench-pictures';
import type { Program } from '../serve';
import { engineVersions, startProgramEngine } from './engine';

/** The photograph to predict: 1920 pixels wide, three faces. */
const [PHOTO] = listPictures('groups');

/**
 * Prepares predictions of one photograph in one process, with the project's model and the detectors loaded. A unit is one
 * prediction, from the photograph's file to the expressions of its faces.
 */
export async function prepareWarmPrediction(): Promise<Program> {
  return preparePrediction((predictor, count) =>
    predictPictures(predictor, Array<string>(count).fill(PHOTO)),
  );
}

/** Prepares predictions of a set of pictures in one process. A unit is one picture, from its file to its answers. */
export async function prepareSetPrediction(set: PictureSet): Promise<Program> {
  const files = listPictures(set);
  return preparePrediction(
    (predictor, count) => predictPictures(predictor, files.slice(0, count)),
    files.length,
  );
}

/** Prepares predictions of every frame of the video. A unit is one frame. */
export async function prepareVideoPrediction(): Promise<Program> {
  return preparePrediction(async (predictor, count) => {
    let [frames, faces] = [0, 0];
    const options = { framesPerSecond: Infinity, shouldStop: () => frames === count };
    for await (const { result } of predictInputs(predictor, [{ kind: 'file', source: VIDEO }], options)) {
      if (isUnread(result)) throw new Error(result.reason);
      frames += 1;
      faces += result.faces.length;
    }
    if (frames < count) throw new Error(`Expected ${count} frames in ${VIDEO} but received ${frames}`);
    return faces;
  });
}

/** @param counted units in which faces are counted for the row's note; default: none are counted */
async function preparePrediction(
  predict: (predictor: Predictor, count: number) => Promise<number>,
  counted = 0,
): Promise<Program> {
  const engine = await startProgramEngine('ours');
  const predictor = await loadPredictor();
  const work = async (count: number) => {
    if ((await predict(predictor, count)) === 0) throw new Error('Expected faces but found none');
  };
  const note = counted > 0 ? `ours finds ${await predict(predictor, counted)} faces` : undefined;
  return { ready: { versions: engineVersions(engine), note }, work };
}

/** @returns number of faces */
async function predictPictures(predictor: Predictor, files: readonly string[]): Promise<number> {
  const inputs = files.map((source) => ({ kind: 'picture', source }) as const);
  let faces = 0;
  for await (const { result } of predictInputs(predictor, inputs)) {
    if (isUnread(result)) throw new Error(result.reason);
    faces += result.faces.length;
  }
  return faces;
}

/** Prepares predictions in new processes. A unit is one `npx . predict`, from start to end. */
export async function prepareColdPrediction(): Promise<Program> {
  const work = async (count: number) => {
    for (let run = 0; run < count; run++) {
      const { stdout } = await promisify(execFile)('npx', ['.', 'predict', PHOTO], { cwd: projectRoot() });
      if (!stdout.startsWith(PHOTO))
        throw new Error(`Expected answers for ${PHOTO} but received ${JSON.stringify(stdout.slice(0, 80))}`);
    }
  };
  return { ready: {}, work };
}
