// A row a face of a folder's files, on standard output: node folder-to-csv.js photos > faces.csv
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { EMOTIONS, loadPredictor, UnreadPictureError } from 'facial-expression-prior-attention';

const [folder] = process.argv.slice(2);
const row = (fields: unknown[]) =>
  console.log(fields.map((field) => `"${String(field).replaceAll('"', '""')}"`).join());
row(['file', 'face', 'answer', ...EMOTIONS, 'problem']);
const blanks = EMOTIONS.map(() => '');
const predictor = await loadPredictor();
for (const entry of await readdir(folder, { withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const { faces, problem } = await predictor.predict(path.join(folder, entry.name)).then(
    ({ faces }) => ({ faces, problem: 'no face' }),
    (error: unknown) => ({
      faces: [],
      problem: error instanceof UnreadPictureError ? error.message : String(error),
    }),
  );
  if (faces.length === 0) row([entry.name, '', '', ...blanks, problem]);
  faces.forEach(({ answer, probabilities }, index) =>
    row([entry.name, index + 1, answer, ...EMOTIONS.map((emotion) => probabilities[emotion]), '']),
  );
}
await predictor.dispose();
