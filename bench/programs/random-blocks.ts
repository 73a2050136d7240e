import { BLOCK_SIZE } from '../../lib/core/blocks';
import { EMOTIONS } from '../../lib/core/emotions';
import { createRandom } from '../../lib/core/random';
import { concatBlocks } from '../../lib/faces/store/rows';
import { blockSource, type TensorSource } from '../../lib/model/training/data';

/**
 * Makes labelled blocks of random pixels; the content of a block does not affect the time.
 * @param size number of faces
 */
export function randomSource(size: number): TensorSource {
  const random = createRandom('bench', 'blocks');
  const bytes = size * BLOCK_SIZE * BLOCK_SIZE;
  const draw = () => Uint8Array.from({ length: bytes }, () => random.integer(256));
  const records = Array.from({ length: size }, (_, index) => ({
    path: `${index}.png`,
    character: 'noise',
    emotion: EMOTIONS[random.integer(EMOTIONS.length)],
  }));
  return blockSource({ ...concatBlocks([]), records, eyes: draw(), mouth: draw() });
}

/** Returns a source of the first samples of a source. */
export function takeFirst(source: TensorSource, size: number): TensorSource {
  return { size, labels: source.labels.subarray(0, size), batch: (positions) => source.batch(positions) };
}
