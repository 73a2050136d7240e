import path from 'node:path';
import { BLOCK_SIZE, type BlockSet, landmarksOf, countAssumed } from '../core/blocks';
import { EMOTIONS, type Emotion, emotionId } from '../core/emotions';
import { boxAt } from '../core/geometry';
import { groupBy } from '../core/group-by';
import type { FrameRecord } from '../core/record';
import type { Dataset } from '../datasets/dataset';
import { loadFaceDetector } from '../faces/detector/detect';
import { computeRows, type CutSettings } from '../faces/store/shards';
import { isFaceRow } from '../faces/store/rows';
import type { FaceView } from '../figures/diagrams';
import type { ExplorableFace } from '../figures/block-explorer';
import type { AnsweredPicture } from '../figures/class-charts';
import type { SampleFace } from '../figures/sheets';
import type { Prediction } from '../model/training/evaluate';
import { toFaceView } from '../predict/show-predictions';

const CLASSES = EMOTIONS.length;
const AREA = BLOCK_SIZE * BLOCK_SIZE;

/** Maximum number of characters on a sheet of sample faces. */
const SHEET_CHARACTERS = 6;

/**
 * Returns the preprocessing results of one face for figures.
 * @param face position in the block set
 */
export function viewFace({ directory }: Dataset, blocks: BlockSet, face: number): FaceView {
  const { path: name, character, emotion } = blocks.records[face];
  const block = (pixels: Uint8Array) => pixels.subarray(face * AREA, (face + 1) * AREA);
  return toFaceView(path.join(directory, name), `${character}, ${emotion}`, {
    landmarks: landmarksOf(blocks, face),
    eyesBox: boxAt(blocks.eyesBoxes, face),
    mouthBox: boxAt(blocks.mouthBoxes, face),
    eyes: block(blocks.eyes),
    mouth: block(blocks.mouth),
  });
}

/** Lists the positions of each expression of each of the first characters. */
function listCells(records: readonly FrameRecord[], count: number) {
  const all = [...records.keys()];
  const characters = [...groupBy(all, (at) => records[at].character)].slice(0, count);
  return characters.flatMap(([character, own]) =>
    EMOTIONS.map((emotion) => {
      const positions = own.filter((at) => records[at].emotion === emotion);
      return { character, emotion, positions };
    }),
  );
}

/** Selects a frame for each expression of the first six characters: the middle frame of the middle clip. */
export function chooseSampleFaces({ directory, records }: Dataset): SampleFace[] {
  return listCells(records, SHEET_CHARACTERS).flatMap(({ character, emotion, positions }) => {
    const record = middleOf(positions.map((at) => records[at]));
    return record ? [{ image: path.join(directory, record.path), character, emotion }] : [];
  });
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

/** Finds the middle frame of the middle clip, where an expression is near its peak; without clips, the middle frame. */
function middleOf(records: readonly FrameRecord[]): FrameRecord | undefined {
  const middle = records[Math.floor(records.length / 2)];
  if (middle?.clip === undefined) return middle;
  const clip = records.filter((record) => record.clip === middle.clip);
  return clip[Math.floor(clip.length / 2)];
}

/**
 * Selects the faces of a block explorer, evenly spaced over the frames of each character and expression.
 * @param most.characters maximum number of characters
 * @param most.frames maximum number of frames of each
 */
export function chooseExplorableFaces(
  dataset: Dataset,
  blocks: BlockSet,
  most: { readonly characters: number; readonly frames: number },
): ExplorableFace[] {
  return listCells(blocks.records, most.characters).flatMap(({ character, emotion, positions }) =>
    spread(positions, most.frames).map((face, index) => ({
      ...viewFace(dataset, blocks, face),
      character,
      emotion,
      frame: index + 1,
    })),
  );
}

/** Selects evenly spaced items, the first and the last one included. */
function spread<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  const step = (items.length - 1) / Math.max(1, count - 1);
  return Array.from({ length: count }, (_, index) => items[Math.round(index * step)]);
}

/**
 * Combines predictions and their pictures for an error explorer.
 * @param faces positions in the block set, in the order of the prediction
 */
export function listAnswers(
  { directory }: Dataset,
  blocks: BlockSet,
  faces: readonly number[],
  { probabilities }: Prediction,
): AnsweredPicture[] {
  return faces.map((face, row) => {
    const { path: caption, emotion } = blocks.records[face];
    return {
      image: path.join(directory, caption),
      caption,
      truth: emotionId(emotion),
      probabilities: probabilities.subarray(CLASSES * row, CLASSES * (row + 1)),
    };
  });
}

/**
 * Detects the face in each picture and cuts its two blocks, as preprocessing does.
 * @param files paths
 * @returns one view for each picture with a face, in the files' order; the pictures without one, and the reasons; and the
 *   number of cropped faces with assumed landmarks
 */
export async function viewFiles(
  files: readonly string[],
  settings: Pick<CutSettings, 'marginPx' | 'cropped'>,
) {
  // The pictures may lie anywhere: the user named each of them, so the whole disk is the data folder.
  const { root } = path.parse(process.cwd());
  const frames = files.map((file) => ({ record: { path: path.relative(root, path.resolve(file)) } }));
  const detector = await loadFaceDetector();
  try {
    const rows = await computeRows(frames, { ...settings, root, detector });
    const found = rows.filter(isFaceRow);
    return {
      faces: found.map((row) =>
        toFaceView(path.join(root, row.record.path), path.basename(row.record.path), row),
      ),
      missed: rows.flatMap((row) => {
        if (isFaceRow(row)) return [];
        // Reasons name the path from the disk's root; the user reads it from the current folder.
        const file = path.relative('', path.join(root, row.record.path));
        return [{ path: file, reason: row.reason.replace(row.record.path, file) }];
      }),
      assumed: countAssumed(found.map(({ detector: name }) => name)),
    };
  } finally {
    detector.dispose();
  }
}
