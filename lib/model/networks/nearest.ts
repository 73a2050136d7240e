import * as tf from '@tensorflow/tfjs';
import type { TensorSource } from '../training/data';

/** Predictions of the nearest neighbour for n samples. */
export interface NearestPrediction {
  /** The neighbours' label ids, [n]. */
  readonly labels: Uint8Array;
  /** The neighbours' positions in the training source, [n]; the first position in a tie. */
  readonly positions: Int32Array;
  /** Squared Euclidean distances to the neighbours, [n], in the square of the inputs' unit. */
  readonly distances: Float32Array;
}

/** Size of the distance matrix that is held in memory: 1024 x 4096 floats have 16 MB. */
const CHUNK = { test: 1024, train: 4096 } as const;

/**
 * Labels each sample like its nearest training sample, by the Euclidean distance between inputs. The method learns
 * nothing: its accuracy shows the effect of near-duplicates.
 * @param options.train training samples, at least one
 * @param options.test samples to label
 * @throws RangeError without training samples
 */
export async function predictNearest(options: {
  readonly train: TensorSource;
  readonly test: TensorSource;
}): Promise<NearestPrediction> {
  const { train, test } = options;
  if (train.size === 0) throw new RangeError('Expected at least 1 sample for train but received 0');
  const positions = new Int32Array(test.size);
  const distances = new Float32Array(test.size).fill(Infinity);
  for (const columns of chunks(train.size, CHUNK.train)) {
    const known = flatten(train, columns);
    for (const rows of chunks(test.size, CHUNK.test)) {
      const found = findNearest(flatten(test, rows), known);
      const [indices, values] = [await found.indices.data(), await found.distances.data()];
      rows.forEach((row, i) => {
        if (values[i] >= distances[row]) return;
        distances[row] = values[i];
        positions[row] = columns[indices[i]];
      });
      tf.dispose([found.indices, found.distances]);
    }
    known.dispose();
  }
  return { labels: Uint8Array.from(positions, (position) => train.labels[position]), positions, distances };
}

/** Finds neighbours by |a - b|^2 = |a|^2 - 2ab + |b|^2: one matrix product in place of n x m differences. */
function findNearest(
  asked: tf.Tensor2D,
  known: tf.Tensor2D,
): { indices: tf.Tensor1D; distances: tf.Tensor1D } {
  const result = tf.tidy(() => {
    const crossed = tf.matMul(asked, known, false, true).mul(-2); // [rows, columns]
    const distances = crossed.add(known.square().sum(1)).add(asked.square().sum(1, true));
    return { indices: distances.argMin(1) as tf.Tensor1D, distances: distances.min(1).relu() as tf.Tensor1D };
  });
  asked.dispose();
  return result;
}

function flatten(source: TensorSource, positions: Int32Array): tf.Tensor2D {
  return tf.tidy(() => {
    const parts = source
      .batch(positions)
      .map((input) => input.reshape([positions.length, -1]) as tf.Tensor2D);
    return tf.concat(parts, 1);
  });
}

function chunks(size: number, length: number): Int32Array[] {
  const count = Math.ceil(size / length);
  return Array.from({ length: count }, (_, chunk) =>
    Int32Array.from({ length: Math.min(length, size - chunk * length) }, (_, i) => chunk * length + i),
  );
}
