import { availableParallelism } from 'node:os';
import { isCentredIn, longerSide } from '../lib/core/geometry';
import { wilsonInterval } from '../lib/core/intervals';
import { landmarkBox } from '../lib/core/blocks';
import { createRandom } from '../lib/core/random';
import { startEngine } from '../lib/tensor/backend';
import { decodeImage, isBadImage } from '../lib/faces/picture/decode';
import type { DetectedFace } from '../lib/faces/detector/detected-face';
import { type FaceDetector, loadFaceDetector } from '../lib/faces/detector/detect';
import { type Piece, TEXTURES, cutPieces, drawPieces, drawTexture, pasteFaces } from './paste-faces';
import { median } from './bench-results';
import { listDemoPhotographs, readColour } from '../lib/study/pictures';
import { markdownTable } from '../lib/study/markdown';
import { followOnStderr } from '../lib/cli/command';
import { type ReferenceContext, writeReference } from './reference/context';

/** Sizes of pictures and of the faces that are pasted into them, in pixels. */
const PICTURES = [
  { width: 4000, height: 3000, faceSizes: [60, 80, 100, 130, 200, 400] },
  { width: 6000, height: 1000, faceSizes: [60, 100, 200] },
  { width: 1920, height: 1080, faceSizes: [40, 60, 100, 200] },
  { width: 640, height: 480, faceSizes: [40, 60, 100] },
];

/** The page with the table. */
export const COMPOSITES_PAGE = 'docs/benchmarks.md';

/** Recall of detection on composites: results/reference/composites.json. Times include decoding. */
export type CompositesFile = Awaited<ReturnType<typeof measureComposites>>;

/** Measures detection on composites: results/reference/composites.json. Takes about five minutes. */
export async function makeCompositesReference(context: ReferenceContext): Promise<void> {
  const file = await measureComposites({ pictures: 9, faces: 12, textures: 100 });
  writeReference(context, 'composites', file, { page: COMPOSITES_PAGE, text: compositesToMarkdown(file) });
}

/**
 * Measures the recall of detection on composites of drawn and photographed faces, and false detections on textures.
 * @param options.pictures number of pictures for each size of picture and face
 * @param options.faces maximum number of faces in a picture
 * @param options.textures number of pictures without a face
 * @param options.sizes default: those of the committed file
 */
export async function measureComposites(options: {
  readonly pictures: number;
  readonly faces: number;
  readonly textures: number;
  readonly sizes?: typeof PICTURES;
}) {
  const { sizes = PICTURES, textures } = options;
  await startEngine();
  const detector = await loadFaceDetector();
  try {
    const pieces = await gatherPieces(detector);
    const jobs = sizes.flatMap(({ faceSizes, ...size }) =>
      faceSizes.map((faceSize) => ({ ...size, faceSize })),
    );
    const follow = followOnStderr('Composites');
    const pictures: CompositeRow[] = [];
    for (const [index, job] of jobs.entries()) {
      pictures.push(await measureRow(detector, pieces, { ...options, ...job }));
      follow(index + 1, jobs.length);
    }
    return {
      cores: availableParallelism(),
      pictures,
      textures: await measureTextures(detector, textures),
    };
  } finally {
    detector.dispose();
  }
}

async function gatherPieces(detector: FaceDetector): Promise<Piece[]> {
  const pieces = await drawPieces();
  for (const photograph of listDemoPhotographs()) {
    const image = await readColour(photograph);
    pieces.push(...(await cutPieces(photograph, (await detector.find([image], 'all'))[0], image)));
  }
  return pieces;
}

/** Numbers of pasted and found faces of one size, the longer side of the landmarks' box, in pictures of one size. */
type CompositeRow = Awaited<ReturnType<typeof measureRow>>;

async function measureRow(
  detector: FaceDetector,
  pieces: readonly Piece[],
  job: Record<'width' | 'height' | 'faceSize' | 'pictures' | 'faces', number>,
) {
  const { width, height, faceSize } = job;
  const [drawn, photographed] = ['drawn', 'photographed'].map((kind) =>
    pieces.filter((piece) => piece.kind === kind),
  );
  const counts = { faces: { drawn: 0, photographed: 0 }, found: { drawn: 0, photographed: 0 } };
  const seconds: number[] = [];
  for (let number = 0; number < job.pictures; number++) {
    const random = createRandom('composites', width, height, faceSize, number);
    const chosen = Array.from({ length: job.faces }, (_, index) =>
      random.pick(index % 2 ? drawn : photographed),
    );
    const { jpeg, faces } = await pasteFaces(chosen, { width, height, faceSize, random });
    const timed = await timeDetection(detector, jpeg);
    seconds.push(timed.seconds);
    for (const { kind, box } of faces) {
      counts.faces[kind] += 1;
      if (timed.faces.some((face) => isSame(face, box))) counts.found[kind] += 1;
    }
  }
  return { width, height, faceSize, ...counts, secondsPerPicture: median(seconds) };
}

/** A face is found if the centre of the landmarks is in its box, and their size is half to twice that of the box. */
function isSame({ landmarks }: DetectedFace, box: Piece['face']): boolean {
  const found = landmarkBox(landmarks);
  const ratio = longerSide(found) / longerSide(box);
  return isCentredIn(found, box) && ratio > 0.5 && ratio < 2;
}

async function measureTextures(detector: FaceDetector, count: number) {
  const seconds: number[] = [];
  let falseFinds = 0;
  for (let number = 0; number < count; number++) {
    const random = createRandom('textures', number);
    const jpeg = await drawTexture(TEXTURES[number % TEXTURES.length], { width: 2000, height: 1500, random });
    const timed = await timeDetection(detector, jpeg);
    seconds.push(timed.seconds);
    falseFinds += timed.faces.length;
  }
  return { pictures: count, falseFinds, secondsPerPicture: median(seconds) };
}

async function timeDetection(detector: FaceDetector, file: Buffer) {
  const start = performance.now();
  const image = await decodeImage(file, 'a composite');
  if (isBadImage(image)) throw new Error(image.reason);
  const [faces] = await detector.find([image], 'all');
  return { faces, seconds: (performance.now() - start) / 1000 };
}

/** @returns recall of a row, 0 to 1, with its interval */
export function recallOf({ faces, found }: CompositeRow) {
  return wilsonInterval(found.drawn + found.photographed, faces.drawn + faces.photographed);
}

/** Formats the results as a table. */
export function compositesToMarkdown({ pictures, textures }: CompositesFile): string {
  const rows = pictures.map((row) => {
    const { value, low, high } = recallOf(row);
    const [recall, from, to] = [value, low, high].map((share) => (100 * share).toFixed(0));
    const size = `${row.width}x${row.height}`;
    return [size, `${row.faceSize}`, `${recall} % (${from} to ${to})`, row.secondsPerPicture.toFixed(2)];
  });
  const header = ['picture', 'face in pixels, brows to chin', 'found', 'seconds a picture'];
  const falseFinds = `In ${textures.pictures} textures without a face, ${textures.falseFinds} were found.`;
  return `${markdownTable(header, rows, 'lrrr')}\n\n${falseFinds}`;
}
