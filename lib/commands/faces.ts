import path from 'node:path';
import { readCropped, readExperiment } from '../core/experiment';
import { homePath } from '../files/project';
import { startEngine } from '../tensor/backend';
import { describeAssumed } from '../faces/detector/usual-landmarks';
import { attentionFlow } from '../figures/attention-flow';
import { saveFigure } from '../figures/figures';
import { focusOnFace } from '../figures/focus';
import { lookAtFiles } from '../study/face-views';
import { listDemoPhotographs } from '../study/pictures';

/**
 * Draws what preprocessing finds in pictures: landmarks, boxes, blocks. The picture goes to results/latest.
 * @param files picture files; none: the six photographs that the face-api package brings
 * @param options.cropped whether they are cropped faces; default what `CROPPED` says
 * @param options.print gets a line a file without a face, and the figure's path
 * @returns how many files had no face
 * @throws RangeError for cropped faces without files; Error when no file has one
 */
export async function runFaces(
  files: readonly string[],
  {
    cropped = readCropped(process.env),
    print,
  }: { readonly cropped?: boolean; readonly print: (line: string) => void },
): Promise<number> {
  if (cropped && files.length === 0)
    throw new RangeError('Expected pictures of cropped faces beside --cropped or CROPPED but received none');
  await startEngine();
  const { marginPx } = readExperiment(process.env);
  const pictures = files.length > 0 ? files : listDemoPhotographs();
  const { faces, missed, assumed } = await lookAtFiles(pictures, { marginPx, cropped });
  for (const { path: file, reason } of missed) print(`${file}: ${reason}`);
  const guessed = describeAssumed(assumed, faces.length);
  if (guessed) print(guessed);
  if (faces.length === 0) throw new Error('Expected a face in at least one of the pictures but found none');
  const figure = await attentionFlow(await Promise.all(faces.map(focusOnFace)), 'What preprocessing finds');
  const [picture] = await saveFigure(figure, homePath('results', 'latest'), 'faces');
  print(
    `${faces.length} of ${faces.length + missed.length} pictures have a face: ${path.relative('', picture)}`,
  );
  return missed.length;
}
