import path from 'node:path';
import { readCropped, readExperiment } from '../core/experiment-settings';
import { describeAssumed } from '../core/blocks';
import { homePath } from '../files/project';
import { defineCommand, print } from './command';
import { SHARED } from './experiment';

/** Defines `faces`. */
export const define = defineCommand({
  operands: { '[files...]': 'picture files; default: the six photographs of the face-api package' },
  options: { cropped: SHARED.cropped },
  help: 'Exit status: 0 every picture has a face, 1 one has none or an error, 2 wrong usage.',
  run: async ({ cropped }, files) => ((await drawFaces(files, cropped ?? readCropped(process.env))) ? 0 : 1),
});

/** Draws landmarks, boxes and blocks into results/latest. @returns whether every picture has a face */
async function drawFaces(files: readonly string[], cropped: boolean): Promise<boolean> {
  if (cropped && files.length === 0)
    throw new RangeError('Expected pictures of cropped faces with --cropped or CROPPED but received none');
  const { startEngine } = await import('../tensor/backend');
  const { attentionFlow, focusOnFace } = await import('../figures/diagrams');
  const { saveFigure } = await import('../figures/figure');
  const { viewFiles } = await import('../study/face-views');
  const { listDemoPhotographs } = await import('../study/pictures');
  await startEngine();
  const { marginPx } = readExperiment(process.env);
  const pictures = files.length > 0 ? files : listDemoPhotographs();
  const { faces, missed, assumed } = await viewFiles(pictures, { marginPx, cropped });
  for (const { path: file, reason } of missed) print(`${file}: ${reason}`);
  const guessed = describeAssumed(assumed, faces.length);
  if (guessed) print(guessed);
  if (faces.length === 0) throw new Error('Expected a face in at least one of the pictures but found none');
  const figure = await attentionFlow(await Promise.all(faces.map(focusOnFace)), 'What preprocessing finds');
  const [file] = await saveFigure(figure, homePath('results', 'latest'), 'faces');
  print(`${faces.length} of ${pictures.length} pictures have a face: ${path.relative('', file)}`);
  return missed.length === 0;
}
