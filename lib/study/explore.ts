import path from 'node:path';
import type { BlockSet } from '../core/blocks';
import { EMOTIONS, emotionId } from '../core/emotions';
import type { Dataset } from '../datasets/dataset';
import type { Prediction } from '../model/training/evaluate';
import type { ExplorableFace } from '../figures/block-explorer';
import type { AnsweredPicture } from '../figures/error-explorer';
import { viewFace } from './face-views';

/**
 * Chooses the faces that a block explorer carries: of each character and expression some that lie evenly over all.
 * @param options.characters how many characters at most, default 6
 * @param options.frames how many frames of each, default 3
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
 * Puts a network's answers beside their pictures, for an error explorer.
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

/** Takes so many items that lie evenly over a list, both ends included. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from(
    { length: count },
    (_, index) => items[Math.round((index * (items.length - 1)) / Math.max(1, count - 1))],
  );
}
