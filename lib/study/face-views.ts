import path from 'node:path';
import { BLOCK_SIZE, type BlockSet, type SkippedFrame } from '../core/blocks';
import { EMOTIONS, type Emotion, emotionId } from '../core/emotions';
import { boxAt } from '../core/geometry';
import type { FrameRecord } from '../core/record';
import type { Dataset } from '../datasets/dataset';
import type { FaceView } from '../figures/attention-flow';
import type { RasterImage } from '../figures/images';
import type { SampleFace } from '../figures/sheets';
import { landmarksOf } from '../core/landmarks';
import type { Prediction } from '../model/training/evaluate';
import type { ExplorableFace } from '../figures/block-explorer';
import type { AnsweredPicture } from '../figures/confusion-chart';
import type { CutSettings } from '../faces/detector/cut-faces';
import { loadFaceDetector } from '../faces/detector/detect';
import { computeRows } from '../faces/store/compute-shard';
import { isFaceRow } from '../faces/store/rows';
import { countAssumed } from '../faces/detector/usual-landmarks';

/**
 * Returns the preprocessing results of one face for figures.
 * @param face position in the block set
 */
export function viewFace(dataset: Dataset, blocks: BlockSet, face: number): FaceView {
  const record = blocks.records[face];
  return {
    image: path.join(dataset.directory, record.path),
    landmarks: landmarksOf(blocks, face),
    eyesBox: boxAt(blocks.eyesBoxes, face),
    mouthBox: boxAt(blocks.mouthBoxes, face),
    eyes: blockAt(blocks.eyes, face),
    mouth: blockAt(blocks.mouth, face),
    caption: `${record.character}, ${record.emotion}`,
  };
}

/**
 * Selects one frame of each character and expression for a sheet: the middle one of the middle clip.
 * @param options.characters maximum number of characters, default 6
 */
export function chooseSampleFaces(
  { directory, records }: Dataset,
  options: { readonly characters?: number } = {},
): SampleFace[] {
  const characters = [...new Set(records.map((record) => record.character))].slice(
    0,
    options.characters ?? 6,
  );
  return characters.flatMap((character) =>
    EMOTIONS.flatMap((emotion) => {
      const record = middleOf(
        records.filter((one) => one.character === character && one.emotion === emotion),
      );
      return record ? [{ image: path.join(directory, record.path), character, emotion }] : [];
    }),
  );
}

/**
 * Finds the middle one of the faces of an expression.
 * @returns its position in the block set
 * @throws RangeError when no face of that expression was found
 */
export function findFace(blocks: BlockSet, emotion: Emotion): number {
  const record = middleOf(blocks.records.filter((one) => one.emotion === emotion));
  if (!record) throw new RangeError(`Expected a face of ${emotion} in the block set but received none`);
  return blocks.records.indexOf(record);
}

/** The middle frame of the middle clip: there an expression is near its height. Without clips, the middle frame. */
function middleOf(records: readonly FrameRecord[]): FrameRecord | undefined {
  const middle = records[Math.floor(records.length / 2)];
  if (middle?.clip === undefined) return middle;
  const clip = records.filter((record) => record.clip === middle.clip);
  return clip[Math.floor(clip.length / 2)];
}

function blockAt(pixels: Uint8Array, face: number): RasterImage {
  const size = BLOCK_SIZE * BLOCK_SIZE;
  return { width: BLOCK_SIZE, height: BLOCK_SIZE, data: pixels.subarray(face * size, (face + 1) * size) };
}

/**
 * Selects the faces of a block explorer, evenly spaced over the frames of each character and expression.
 * @param options.characters maximum number of characters, default 6
 * @param options.frames maximum number of frames of each, default 3
 */
export function chooseExplorableFaces(
  dataset: Dataset,
  blocks: BlockSet,
  options: { readonly characters?: number; readonly frames?: number } = {},
): ExplorableFace[] {
  const { characters = 6, frames = 3 } = options;
  const names = [...new Set(blocks.records.map(({ character }) => character))].slice(0, characters);
  return names.flatMap((character) =>
    EMOTIONS.flatMap((emotion) => {
      const own = blocks.records.flatMap((record, face) =>
        record.character === character && record.emotion === emotion ? [face] : [],
      );
      const chosen = spread(own, frames);
      return chosen.map((face, index) => ({
        ...viewFace(dataset, blocks, face),
        character,
        emotion,
        frame: index + 1,
      }));
    }),
  );
}

/**
 * Combines predictions and their pictures for an error explorer.
 * @param faces positions in the block set, in the order of the prediction
 */
export function listAnswers(
  dataset: Dataset,
  blocks: BlockSet,
  faces: readonly number[],
  prediction: Prediction,
): AnsweredPicture[] {
  const classes = EMOTIONS.length;
  return faces.map((face, position) => {
    const record = blocks.records[face];
    return {
      image: path.join(dataset.directory, record.path),
      caption: record.path,
      truth: emotionId(record.emotion),
      probabilities: prediction.probabilities.subarray(position * classes, (position + 1) * classes),
    };
  });
}

/** Selects evenly spaced items, the first and the last one included. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from(
    { length: count },
    (_, index) => items[Math.round((index * (items.length - 1)) / Math.max(1, count - 1))],
  );
}

/** Faces of picture files. */
interface FilesLookedAt {
  /** One view for each picture with a face, in the files' order. */
  readonly faces: readonly FaceView[];
  /** Pictures without a face, and the reasons. */
  readonly missed: readonly { readonly path: string; readonly kind: string; readonly reason: string }[];
  /** Number of cropped faces with assumed landmarks. */
  readonly assumed: number;
}

/**
 * Detects the face in each picture and cuts its two blocks, as preprocessing does.
 * @param files paths
 */
export async function lookAtFiles(
  files: readonly string[],
  settings: Pick<CutSettings, 'marginPx' | 'cropped'>,
): Promise<FilesLookedAt> {
  const absolute = files.map((file) => path.resolve(file));
  // The pictures may lie anywhere: the user named each of them, so the whole disk is the data folder.
  const root = path.parse(process.cwd()).root;
  const detector = await loadFaceDetector();
  try {
    const frames = absolute.map((file) => ({ record: { path: path.relative(root, file) } }));
    const rows = await computeRows(frames, { ...settings, root, detector });
    const found = rows.filter(isFaceRow);
    const block = (data: Uint8Array) => ({ width: BLOCK_SIZE, height: BLOCK_SIZE, data });
    return {
      faces: found.map(({ record, landmarks, eyesBox, mouthBox, eyes, mouth }) => ({
        image: path.join(root, record.path),
        caption: path.basename(record.path),
        landmarks,
        eyesBox,
        mouthBox,
        eyes: block(eyes),
        mouth: block(mouth),
      })),
      missed: rows.flatMap((row) => (isFaceRow(row) ? [] : [describeMiss(root, row)])),
      assumed: countAssumed(found.map(({ detector: name }) => name)),
    };
  } finally {
    detector.dispose();
  }
}

/** Paths are told as from the disk's root: here the user reads them as from the current folder. */
function describeMiss(
  root: string,
  { record, kind, reason }: SkippedFrame<{ readonly path: string }>,
): FilesLookedAt['missed'][number] {
  const file = path.relative('', path.join(root, record.path));
  return { path: file, kind, reason: reason.replace(record.path, file) };
}
