import fs from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { isCentredIn, longerSide } from '../lib/core/geometry';
import { landmarkBox } from '../lib/core/landmarks';
import type { RgbImage } from '../lib/core/image';
import { createRandom } from '../lib/core/random';
import { startEngine } from '../lib/tensor/backend';
import { decodeImage, isBadImage } from '../lib/faces/picture/decode';
import type { Face } from '../lib/faces/detector/detect';
import { type AllFacesDetector, loadAllFacesDetector } from '../lib/faces/detector/detect-all';
import { type CompositeRow, type CompositesFile, compositesToMarkdown } from '../lib/study/composites-file';
import {
  type Piece,
  TEXTURES,
  cutPieces,
  drawPieces,
  drawTexture,
  pasteFaces,
} from '../lib/study/draw-composites';
import { median } from './bench-file';
import { listDemoPhotographs, readColour } from '../lib/study/pictures';
import { replaceSectionIn } from '../lib/study/markdown';
import { followOnStderr } from '../lib/cli/command';
import type { ReferenceContext } from './reference/context';

/** Sizes of faces in pixels, by the pictures that they are pasted into. */
const PICTURES: readonly PictureSize[] = [
  { width: 4000, height: 3000, faceSizes: [60, 80, 100, 130, 200, 400] },
  { width: 6000, height: 1000, faceSizes: [60, 100, 200] },
  { width: 1920, height: 1080, faceSizes: [40, 60, 100, 200] },
  { width: 640, height: 480, faceSizes: [40, 60, 100] },
];

/** Pictures of one size, and the sizes of faces that are pasted into them. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
  readonly faceSizes: readonly number[];
}

/** The page that shows the table. */
export const COMPOSITES_PAGE = 'docs/benchmarks.md';

/** How much is measured. */
export interface CompositesSize {
  /** Pictures of each size of picture and face. */
  readonly pictures: number;
  /** Most faces in one. */
  readonly faces: number;
  readonly textures: number;
  /** Default: those of the committed file. */
  readonly sizes?: readonly PictureSize[];
}

/** Measures detection on composites: results/reference/composites.json. Takes about five minutes. */
export async function makeCompositesReference({ directory, print }: ReferenceContext): Promise<void> {
  const file = await measureComposites({ pictures: 9, faces: 12, textures: 100 });
  fs.writeFileSync(path.join(directory, 'composites.json'), `${JSON.stringify(file, null, 2)}\n`);
  replaceSectionIn(COMPOSITES_PAGE, 'composites', compositesToMarkdown(file));
  print(`Made anew: results/reference/composites.json, and its table in ${COMPOSITES_PAGE}.`);
}

/** Makes composites of drawn and photographed faces, looks for faces in them and counts what was found. */
export async function measureComposites(options: CompositesSize): Promise<CompositesFile> {
  const { pictures, faces, textures, sizes = PICTURES } = options;
  await startEngine();
  const detector = await loadAllFacesDetector();
  try {
    const pieces = await gatherPieces(detector);
    const rows: CompositeRow[] = [];
    const jobs = sizes.flatMap(({ faceSizes, ...size }) =>
      faceSizes.map((faceSize) => ({ ...size, faceSize })),
    );
    const follow = followOnStderr('Composites');
    for (const [index, job] of jobs.entries()) {
      rows.push(await measureRow(detector, pieces, { ...job, pictures, faces }));
      follow?.(index + 1, jobs.length);
    }
    return {
      cores: availableParallelism(),
      pictures: rows,
      textures: await measureTextures(detector, textures),
    };
  } finally {
    detector.dispose();
  }
}

async function gatherPieces(detector: AllFacesDetector): Promise<Piece[]> {
  const pieces = await drawPieces();
  for (const photograph of listDemoPhotographs()) {
    const image = await readColour(photograph);
    pieces.push(...(await cutPieces(photograph, (await detector.detectAll([image]))[0], image)));
  }
  return pieces;
}

interface RowJob {
  readonly width: number;
  readonly height: number;
  readonly faceSize: number;
  readonly pictures: number;
  readonly faces: number;
}

async function measureRow(
  detector: AllFacesDetector,
  pieces: readonly Piece[],
  job: RowJob,
): Promise<CompositeRow> {
  const { width, height, faceSize } = job;
  const [drawn, photographed] = (['drawn', 'photographed'] as const).map((kind) =>
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
    const look = await timeLook(detector, jpeg);
    seconds.push(look.seconds);
    for (const { kind, box } of faces) {
      counts.faces[kind] += 1;
      if (look.faces.some((face) => isSame(face, box))) counts.found[kind] += 1;
    }
  }
  return { width, height, faceSize, ...counts, secondsPerPicture: median(seconds) };
}

/** A face is found when the centre of its landmarks lies in the face, and they are half to twice as large. */
function isSame({ landmarks }: Face, box: Piece['face']): boolean {
  const found = landmarkBox(landmarks);
  const ratio = longerSide(found) / longerSide(box);
  return isCentredIn(found, box) && ratio > 0.5 && ratio < 2;
}

async function measureTextures(
  detector: AllFacesDetector,
  count: number,
): Promise<CompositesFile['textures']> {
  const seconds: number[] = [];
  let falseFinds = 0;
  for (let number = 0; number < count; number++) {
    const random = createRandom('textures', number);
    const jpeg = await drawTexture(TEXTURES[number % TEXTURES.length], { width: 2000, height: 1500, random });
    const look = await timeLook(detector, jpeg);
    seconds.push(look.seconds);
    falseFinds += look.faces.length;
  }
  return { pictures: count, falseFinds, secondsPerPicture: median(seconds) };
}

async function timeLook(detector: AllFacesDetector, file: Buffer) {
  const start = performance.now();
  const [faces] = await detector.detectAll([await decode(file)]);
  return { faces, seconds: (performance.now() - start) / 1000 };
}

async function decode(file: Buffer): Promise<RgbImage> {
  const image = await decodeImage(file, 'a composite');
  if (isBadImage(image)) throw new Error(image.reason);
  return image;
}
