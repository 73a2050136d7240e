import * as tf from '@tensorflow/tfjs';
import { EMOTIONS } from '../../core/emotions';
import { LANDMARK_COORDINATES } from '../../core/blocks';
import type { TensorSource } from '../training/data';
import { buildNetwork, chain, denseLayer } from './layers';
import type { BuildOptions, Network } from './network';

/**
 * Builds a baseline without pixels: logistic regression (softmax of one linear layer) on normalised landmarks.
 * @returns a network on [landmarks], [n, 136], in distances between the eyes; the caller disposes it
 */
export function buildLandmarksNetwork({ seed }: BuildOptions): Network {
  return buildNetwork('landmarks', seed, (weights) => {
    const linear = denseLayer(weights, 'linear', [LANDMARK_COORDINATES, EMOTIONS.length]);
    return ([landmarks], mode) => linear(landmarks, mode) as tf.Tensor2D; // [n, 7]
  });
}

/**
 * Builds a baseline without pixels: three fully connected layers on the positions of both boxes. Its accuracy comes
 * from geometry alone, like the original's 97.5 % (defect 1).
 * @returns a network on [boxes], [n, 8], in shares of the image's width and height; the caller disposes it
 */
export function buildBoxesNetwork({ seed }: BuildOptions): Network {
  return buildNetwork('boxes', seed, (weights) => {
    const classify = chain(
      // A box takes about 0.1 to 0.5 of the image: centred and scaled, differences are larger for the first layer.
      (boxes) => boxes.sub(0.5).mul(4),
      denseLayer(weights, 'fc1', [8, 128], 'relu'),
      denseLayer(weights, 'fc2', [128, 128], 'relu'),
      denseLayer(weights, 'fc3', [128, EMOTIONS.length]),
    );
    return ([boxes], mode) => classify(boxes, mode) as tf.Tensor2D; // [n, 7]
  });
}

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
      // |a - b|^2 = |a|^2 - 2ab + |b|^2: one matrix product in place of n x m differences.
      const found = tf.tidy(() => {
        const asked = flatten(test, rows);
        const crossed = tf.matMul(asked, known, false, true).mul(-2); // [rows, columns]
        const squares = crossed.add(known.square().sum(1)).add(asked.square().sum(1, true));
        return [squares.argMin(1), squares.min(1).relu()];
      });
      const [indices, values] = [await found[0].data(), await found[1].data()];
      rows.forEach((row, i) => {
        if (values[i] >= distances[row]) return;
        distances[row] = values[i];
        positions[row] = columns[indices[i]];
      });
      tf.dispose(found);
    }
    known.dispose();
  }
  return { labels: Uint8Array.from(positions, (position) => train.labels[position]), positions, distances };
}

function flatten(source: TensorSource, positions: Int32Array): tf.Tensor2D {
  return tf.tidy(() => {
    const rows = source.batch(positions).map((input) => input.reshape([positions.length, -1]));
    return tf.concat(rows, 1) as tf.Tensor2D;
  });
}

function chunks(size: number, length: number): Int32Array[] {
  const count = Math.ceil(size / length);
  return Array.from({ length: count }, (_, chunk) =>
    Int32Array.from({ length: Math.min(length, size - chunk * length) }, (_, i) => chunk * length + i),
  );
}
