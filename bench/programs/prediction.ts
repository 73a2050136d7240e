import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { projectRoot } from '../../lib/files/project';
import type { Input } from '../../lib/predict/inputs';
import { predictInputs } from '../../lib/predict/predict-inputs';
import { isUnread, loadPicturePredictor } from '../../lib/predict/predictor';
import { listPictures, type PictureSet, VIDEO } from '../bench-pictures';
import { startProgramEngine, type Program } from './program';

/** The photograph to predict: 1920 pixels wide, three faces. */
const [PHOTO] = listPictures('groups');

/**
 * Prepares predictions of one photograph in one process, with the project's model and the detectors loaded. A unit is one
 * prediction, from the photograph's file to the expressions of its faces.
 */
export async function prepareWarmPrediction(): Promise<Program> {
  return preparePrediction((count) => toInputs(Array<string>(count).fill(PHOTO)));
}

/** Prepares predictions of a set of pictures in one process. A unit is one picture, from its file to its answers. */
export async function prepareSetPrediction(set: PictureSet): Promise<Program> {
  const files = listPictures(set);
  return preparePrediction((count) => toInputs(files.slice(0, count)), files.length);
}

/** Prepares predictions of every frame of the video. A unit is one frame. */
export async function prepareVideoPrediction(): Promise<Program> {
  return preparePrediction(() => [{ kind: 'file', source: VIDEO }]);
}

const toInputs = (files: readonly string[]): Input[] => files.map((source) => ({ kind: 'picture', source }));

/**
 * @param choose inputs of `count` units
 * @param counted number of units in which faces are counted for the row's note; default 0
 */
async function preparePrediction(choose: (count: number) => Input[], counted = 0): Promise<Program> {
  const { versions } = await startProgramEngine('ours');
  const predictor = await loadPicturePredictor();
  const countFaces = async (count: number) => {
    let [answers, faces] = [0, 0];
    const options = { framesPerSecond: Infinity, shouldStop: () => answers === count };
    for await (const { result } of predictInputs(predictor, choose(count), options)) {
      if (isUnread(result)) throw new Error(result.reason);
      answers += 1;
      faces += result.faces.length;
    }
    if (answers < count || faces === 0)
      throw new Error(`Expected faces in ${count} pictures but received ${faces} in ${answers}`);
    return faces;
  };
  const note = counted > 0 ? `ours finds ${await countFaces(counted)} faces` : undefined;
  return { ready: { versions, note }, work: async (count) => void (await countFaces(count)) };
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
