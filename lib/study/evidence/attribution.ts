import * as tf from '@tensorflow/tfjs';
import { EMOTIONS, emotionId } from '../../core/emotions';
import { createRandom, type Random } from '../../core/random';
import { COMPACT_SIZES } from '../../model/networks/compact';
import { inputSource, type TensorSource } from '../../model/training/data';
import type { Network } from '../../model/networks/network';
import { gradCamMaps, occlusionMaps, type FeatureLayer, type Occlusion } from '../../model/attribution-maps';
import { TERGAT_SIZES } from '../../model/networks/tergat';
import type { AttributionMap, AttributionRun, EvidenceJob, DeletionResult } from './archive';
import { FORMS, useTrained } from './learners';
import { runOnce, encodeAnswers, type RunContext, type RunTask } from './run-jobs';
import type { EvidenceEpochs } from './sizes';
import { splitsOf, type EvidenceSplits } from './splits';

/** Deleted shares of both blocks' pixels in the deletion test. */
const REMOVED_SHARES = [0, 0.05, 0.1, 0.2, 0.3, 0.5] as const;

/** Last spatial feature layer of each block, for Grad-CAM. */
const LAYERS: Readonly<Record<string, readonly FeatureLayer[]>> = {
  compact: ['eyes.drop', 'mouth.drop'].map((name) => ({ name, side: COMPACT_SIZES.blockSize / 8 })),
  tergat: ['eyes.drop1', 'mouth.drop1'].map((name) => ({ name, side: TERGAT_SIZES.blockSize / 2 })),
};

/** Patch: a quarter of a block's side. Stride: half a patch, or a whole patch for the slow network. */
const OCCLUSION: Readonly<Record<string, Occlusion>> = {
  compact: { patchPx: 8, stridePx: 4 },
  tergat: { patchPx: 8, stridePx: 8 },
};

/** The split whose mean maps are stored, for one figure a network. */
export const MAPPED_SPLIT = 'clips-1';

/** Batch size of the attribution maps. */
const CHUNK = 64;

/** Increment when maps or deletion test change for the same job. */
const ATTRIBUTION_VERSION = 1;

/**
 * Plans the study: the compact network and TerGat on the split by clips, the compact network with each character left out,
 * and the maps of learned attention.
 */
export function planAttribution(splits: EvidenceSplits, epochs: EvidenceEpochs): EvidenceJob[] {
  const job = { condition: 'correct', seed: 1, epochs: epochs.compact } as const;
  return [
    { ...job, model: 'compact', split: MAPPED_SPLIT },
    ...splitsOf(splits, 'characters').map(({ id }) => ({ ...job, model: 'compact', split: id })),
    { ...job, model: 'tergat', split: MAPPED_SPLIT, epochs: epochs.tergat },
    { ...job, model: 'learned', condition: 'with-face', split: MAPPED_SPLIT },
  ];
}

/** Computes attribution maps and deletion tests of trained networks; results are cached in data/cache/evidence. */
export async function runAttribution(
  jobs: readonly EvidenceJob[],
  context: RunContext,
): Promise<AttributionRun[]> {
  const runs: AttributionRun[] = [];
  for (const job of jobs)
    runs.push(
      await runOnce(
        job,
        context,
        (task) => attribute(job, task, context),
        `attribution${ATTRIBUTION_VERSION}_`,
      ),
    );
  return runs;
}

async function attribute(job: EvidenceJob, task: RunTask, context: RunContext): Promise<AttributionRun> {
  const form = FORMS[job.model as 'compact' | 'tergat' | 'learned'];
  return useTrained(form, { ...task, ...job }, true, async (network): Promise<AttributionRun> => {
    const source = inputSource(task.blocks, task.test, form.inputs);
    if (job.model === 'learned') return { ...job, removals: [], maps: await readAttention(network, source) };
    const marked = await attributeFaces(network, source, job.model);
    const removals = runDeletionTest(network, marked).map(({ labels, ...removal }) => ({
      ...removal,
      answers: encodeAnswers(context.splits.get(job.split)!.test, context, { ...task, labels }),
    }));
    return { ...job, removals, maps: job.split === MAPPED_SPLIT ? averageMaps(marked, source.labels) : [] };
  });
}

/** Both blocks of each face as inputs of the network, and their attribution maps: each [faces][2 * 32 * 32]. */
interface AttributedFaces {
  readonly pictures: readonly Float32Array[];
  readonly gradients: readonly Float32Array[];
  readonly occlusion: readonly Float32Array[];
}

async function attributeFaces(
  network: Network,
  source: TensorSource,
  model: string,
): Promise<AttributedFaces> {
  const marked = { pictures: [], gradients: [], occlusion: [] } as Record<
    keyof AttributedFaces,
    Float32Array[]
  >;
  for (let start = 0; start < source.size; start += CHUNK) {
    const count = Math.min(CHUNK, source.size - start);
    const inputs = source.batch(Array.from({ length: count }, (_, row) => start + row)) as tf.Tensor4D[];
    const pictures = inputs.map((input) => input.dataSync() as Float32Array);
    marked.pictures.push(...joinParts(pictures, count));
    marked.gradients.push(...joinParts(gradCamMaps(network, inputs, LAYERS[model]), count));
    marked.occlusion.push(...joinParts(occlusionMaps(network, inputs, OCCLUSION[model]), count));
    tf.dispose(inputs);
  }
  return marked;
}

/** @param parts each [count * area] @returns [count][parts * area] */
function joinParts(parts: readonly Float32Array[], count: number): Float32Array[] {
  return Array.from({ length: count }, (_, row) =>
    Float32Array.from(
      parts.flatMap((part) => {
        const area = part.length / count;
        return [...part.subarray(row * area, (row + 1) * area)];
      }),
    ),
  );
}

type AnsweredDeletion = Omit<DeletionResult, 'answers'> & { readonly labels: Uint8Array };

function runDeletionTest(network: Network, marked: AttributedFaces): AnsweredDeletion[] {
  return (['gradients', 'occlusion', 'random'] as const).flatMap((mark) => {
    const orders = marked.pictures.map((picture, face) => {
      const random = createRandom(1, 'removal', mark, face);
      return orderPixels(mark === 'random' ? new Float32Array(picture.length) : marked[mark][face], random);
    });
    const directions = mark === 'random' ? (['most'] as const) : (['most', 'least'] as const);
    return directions.flatMap((first) =>
      REMOVED_SHARES.map((share) => {
        const removed = marked.pictures.map((picture, face) => {
          const count = Math.round(share * picture.length);
          const order = orders[face];
          return deletePixels(
            picture,
            first === 'most' ? order.slice(0, count) : order.slice(order.length - count),
          );
        });
        return { mark, first, share, labels: askAll(network, removed) };
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
  const means = [both.subarray(0, half), both.subarray(half)].map(
    (block) => block.reduce((sum, value) => sum + value, 0) / half,
  );
  const changed = both.slice();
  for (const at of deleted) changed[at] = means[at < half ? 0 : 1];
  return changed;
}

/** @param faces each both blocks, concatenated @returns label ids */
function askAll(network: Network, faces: readonly Float32Array[]): Uint8Array {
  return tf.tidy(() => {
    const side = Math.sqrt(faces[0].length / 2);
    const all = tf.stack(faces.map((face) => tf.tensor3d(face, [2, side, side]))); // [n, 2, side, side]
    const blocks = tf.split(all, 2, 1).map((block) => block.reshape([-1, side, side, 1]));
    return Uint8Array.from(network.forward(blocks, { training: false }).argMax(1).dataSync());
  });
}

function averageMaps(marked: AttributedFaces, labels: Uint8Array): AttributionMap[] {
  const kinds = [
    ['picture', marked.pictures],
    ['gradients', marked.gradients],
    ['occlusion', marked.occlusion],
  ] as const;
  return kinds.flatMap(([of, rows]) => averageRows(rows, { of, labels, parts: ['eyes', 'mouth'] }));
}

/** Averages rows by expression, negative values clipped to 0, and scales them to bytes. */
function averageRows(
  rows: readonly Float32Array[],
  { of, labels, parts }: Pick<AttributionMap, 'of'> & { labels: Uint8Array; parts: readonly string[] },
): AttributionMap[] {
  const present = EMOTIONS.filter((emotion) => labels.includes(emotionId(emotion)));
  const means = present.map((emotion) => {
    const own = rows.filter((_, face) => labels[face] === emotionId(emotion));
    return rows[0].map((_, at) => own.reduce((sum, row) => sum + Math.max(0, row[at]), 0) / own.length);
  });
  const greatest = Math.max(...means.flatMap((mean) => [...mean])) || 1;
  return present.flatMap((emotion, index) =>
    parts.map((part, position) => {
      const area = means[index].length / parts.length;
      const own = means[index].subarray(position * area, (position + 1) * area);
      const bytes = Uint8Array.from(own, (value) => Math.round((255 * value) / greatest));
      return { of, part, emotion, values: Buffer.from(bytes).toString('base64') };
    }),
  );
}

/** Averages the attention maps of a network with learned attention, and its input faces. */
async function readAttention(network: Network, source: TensorSource): Promise<AttributionMap[]> {
  const [faces, maps]: Float32Array[][] = [[], []];
  for (let position = 0; position < source.size; position++) {
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
  }
  return [
    ...averageRows(faces, { of: 'picture', labels: source.labels, parts: ['face'] }),
    ...averageRows(maps, { of: 'attention', labels: source.labels, parts: ['first', 'second'] }),
  ];
}
