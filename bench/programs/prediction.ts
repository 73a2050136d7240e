import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { projectRoot } from '../../lib/files/project';
import { type Input, predictInputs } from '../../lib/predict/predict-inputs';
import { isUnread, loadPicturePredictor } from '../../lib/predict/predictor';
import { listPictures, VIDEO } from '../bench-pictures';
import { startProgramEngine, type Program } from './program';

/** The photograph to predict: 1920 pixels wide, three faces. */
const [PHOTO] = listPictures('groups');

/** The pictures to predict in one process, by name: {@link PHOTO} again and again, a set, or every frame of the video. */
const INPUTS = {
  photo: (count: number) => toInputs(Array<string>(count).fill(PHOTO)),
  portraits: (count: number) => toInputs(listPictures('portraits').slice(0, count)),
  groups: (count: number) => toInputs(listPictures('groups').slice(0, count)),
  video: (): Input[] => [{ kind: 'file', source: VIDEO }],
};

/** What {@link preparePrediction} predicts. */
export type Predicted = keyof typeof INPUTS;

const toInputs = (files: readonly string[]): Input[] => files.map((source) => ({ kind: 'picture', source }));

/**
 * Prepares predictions in one process, with the project's model and the detectors loaded. A unit is one picture or frame,
 * from the file to the expressions of its faces. Faces of a set are counted for the row's note.
 */
export async function preparePrediction(name: Predicted): Promise<Program> {
  const { versions } = await startProgramEngine('ours');
  const predictor = await loadPicturePredictor();
  const countFaces = async (count: number) => {
    let [answers, faces] = [0, 0];
    const options = { framesPerSecond: Infinity, shouldStop: () => answers === count };
    for await (const { result } of predictInputs(predictor, INPUTS[name](count), options)) {
      if (isUnread(result)) throw new Error(result.reason);
      answers += 1;
      faces += result.faces.length;
    }
    if (answers < count || faces === 0)
      throw new Error(`Expected faces in ${count} pictures but received ${faces} in ${answers}`);
    return faces;
  };
  const isSet = name === 'portraits' || name === 'groups';
  const note = isSet ? `ours finds ${await countFaces(listPictures(name).length)} faces` : undefined;
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
