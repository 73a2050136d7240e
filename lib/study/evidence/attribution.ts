import * as tf from '@tensorflow/tfjs';
import { EMOTIONS, emotionId } from '../../core/emotions';
import { mean } from '../../core/intervals';
import { createRandom, type Random } from '../../core/random';
import { gradCamMaps, occlusionMaps } from '../../model/attribution-maps';
import { COMPACT_SIZES } from '../../model/networks/compact';
import type { Network } from '../../model/networks/network';
import { TERGAT_SIZES } from '../../model/networks/tergat';
import { inputSource, type TensorSource } from '../../model/training/data';
import type { AttributionMap, AttributionRun, DeletionResult, EvidenceJob } from './evidence-archive';
import { useTrained } from './learners';
import { MAPPED_SPLIT } from './training-plans';
import { encodeAnswers, runOnce, type RunContext, type Task } from './run-jobs';

/** Deleted shares of both blocks' pixels in the deletion test. */
const DELETED_SHARES = [0, 0.05, 0.1, 0.2, 0.3, 0.5] as const;

/**
 * Last spatial feature layer of each block, for Grad-CAM, and the stride of occlusion by patches of 8 pixels: half a
 * patch, or a whole patch for the slow network.
 */
const ATTRIBUTED = {
  compact: { layers: ['eyes.drop', 'mouth.drop'], side: COMPACT_SIZES.blockSize / 8, stridePx: 4 },
  tergat: { layers: ['eyes.drop1', 'mouth.drop1'], side: TERGAT_SIZES.blockSize / 2, stridePx: 8 },
} as const;

/** Batch size of the attribution maps. */
const BATCH_SIZE = 64;

/** Computes the attribution maps and the deletion test of a trained network; the result is cached in data/cache/evidence. */
export function runAttribution(job: EvidenceJob, context: RunContext): Promise<AttributionRun> {
  const model = job.model as 'compact' | 'tergat' | 'learned';
  const attribute = (task: Task) =>
    useTrained(task, async (network, inputs): Promise<AttributionRun> => {
      const source = inputSource(task.blocks, task.test, inputs);
      if (model === 'learned') return { ...job, removals: [], maps: averageAttention(network, source) };
      const faces = attributeFaces(network, source, ATTRIBUTED[model]);
      const removals = runDeletionTest(network, faces, (labels) => encodeAnswers(task, labels));
      const mapped = job.split === MAPPED_SPLIT ? (['picture', 'gradients', 'occlusion'] as const) : [];
      const maps = mapped.flatMap((of) => averageRows(faces[of], source.labels, of, ['eyes', 'mouth']));
      return { ...job, removals, maps };
    });
  // Increment the number when maps or deletion test change for the same job.
  return runOnce(job, context, attribute, 'attribution1_');
}

/** Both blocks of each face as inputs of the network, and their attribution maps: each [faces][2 * 32 * 32]. */
type AttributedFaces = Readonly<Record<'picture' | 'gradients' | 'occlusion', Float32Array[]>>;

function attributeFaces(
  network: Network,
  source: TensorSource,
  { layers, side, stridePx }: (typeof ATTRIBUTED)['compact' | 'tergat'],
): AttributedFaces {
  const faces: AttributedFaces = { picture: [], gradients: [], occlusion: [] };
  const features = layers.map((name) => ({ name, side }));
  for (let start = 0; start < source.size; start += BATCH_SIZE) {
    const count = Math.min(BATCH_SIZE, source.size - start);
    const inputs = source.batch(Array.from({ length: count }, (_, row) => start + row)) as tf.Tensor4D[];
    /** @param parts each [count * area] */
    const add = (to: Float32Array[], parts: readonly Float32Array[]) => {
      const area = parts[0].length / count;
      for (let at = 0; at < count * area; at += area)
        to.push(Float32Array.from(parts.flatMap((part) => [...part.subarray(at, at + area)])));
    };
    add(
      faces.picture,
      inputs.map((input) => input.dataSync() as Float32Array),
    );
    add(faces.gradients, gradCamMaps(network, inputs, features));
    add(faces.occlusion, occlusionMaps(network, inputs, { patchPx: 8, stridePx }));
    tf.dispose(inputs);
  }
  return faces;
}

function runDeletionTest(
  network: Network,
  { picture, ...maps }: AttributedFaces,
  encode: (labels: Uint8Array) => string,
): DeletionResult[] {
  return (['gradients', 'occlusion', 'random'] as const).flatMap((mark) => {
    const orders = picture.map((pixels, face) => {
      const random = createRandom(1, 'removal', mark, face);
      return orderPixels(mark === 'random' ? new Float32Array(pixels.length) : maps[mark][face], random);
    });
    const directions = mark === 'random' ? (['most'] as const) : (['most', 'least'] as const);
    return directions.flatMap((first) =>
      DELETED_SHARES.map((share) => {
        const changed = picture.map((pixels, face) => {
          const count = Math.round(share * pixels.length);
          const start = first === 'most' ? 0 : pixels.length - count;
          return deletePixels(pixels, orders[face].slice(start, start + count));
        });
        return { mark, first, share, answers: encode(classifyBlocks(network, changed)) };
      }),
    );
  });
}

/**
 * Orders pixels by importance, highest first. Ties are in random order, so that position does not decide between pixels
 * of equal importance.
 * @returns positions of the pixels
 */
export function orderPixels(importance: Float32Array, random: Random): number[] {
  return random
    .shuffle([...importance.keys()])
    .sort((first, second) => importance[second] - importance[first]);
}

/**
 * Replaces pixels by the mean of their block.
 * @param both both blocks, concatenated
 * @param deleted positions in `both`
 * @returns a copy
 */
export function deletePixels(both: Float32Array, deleted: readonly number[]): Float32Array {
  const half = both.length / 2;
  const means = [both.subarray(0, half), both.subarray(half)].map((block) => mean([...block]));
  const changed = both.slice();
  for (const at of deleted) changed[at] = means[at < half ? 0 : 1];
  return changed;
}

/** @param faces both blocks of each face, concatenated: [faces][2 * 32 * 32] @returns label ids, [faces] */
function classifyBlocks(network: Network, faces: readonly Float32Array[]): Uint8Array {
  return tf.tidy(() => {
    const side = Math.sqrt(faces[0].length / 2);
    const all = tf.stack(faces.map((face) => tf.tensor3d(face, [2, side, side]))); // [n, 2, side, side]
    const blocks = tf.split(all, 2, 1).map((block) => block.reshape([-1, side, side, 1]));
    return Uint8Array.from(network.forward(blocks, { training: false }).argMax(1).dataSync());
  });
}

/** Averages the attention maps of a network with learned attention, and its input faces. */
function averageAttention(network: Network, source: TensorSource): AttributionMap[] {
  const [faces, maps]: Float32Array[][] = [[], []];
  for (let position = 0; position < source.size; position++)
    tf.tidy(() => {
      const inputs = source.batch([position]);
      faces.push(inputs[0].dataSync() as Float32Array);
      const tap = (layer: string, seen: tf.Tensor) => {
        // The two maps are concatenated, as the parts of other maps are.
        if (layer === 'attention') maps.push(seen.transpose([0, 3, 1, 2]).dataSync() as Float32Array);
        return seen;
      };
      network.forward(inputs, { training: false, tap });
    });
  return [
    ...averageRows(faces, source.labels, 'picture', ['face']),
    ...averageRows(maps, source.labels, 'attention', ['first', 'second']),
  ];
}

/** Averages rows by expression, negative values clipped to 0, and scales them to bytes. */
function averageRows(
  rows: readonly Float32Array[],
  labels: Uint8Array,
  of: AttributionMap['of'],
  parts: readonly string[],
): AttributionMap[] {
  const present = EMOTIONS.filter((emotion) => labels.includes(emotionId(emotion)));
  const means = present.map((emotion) => {
    const own = rows.filter((_, face) => labels[face] === emotionId(emotion));
    return rows[0].map((_, at) => mean(own.map((row) => Math.max(0, row[at]))));
  });
  const greatest = Math.max(...means.flatMap((values) => [...values])) || 1;
  return present.flatMap((emotion, index) =>
    parts.map((part, position) => {
      const area = means[index].length / parts.length;
      const own = means[index].subarray(position * area, (position + 1) * area);
      const bytes = Uint8Array.from(own, (value) => Math.round((255 * value) / greatest));
      return { of, part, emotion, values: Buffer.from(bytes).toString('base64') };
    }),
  );
}
