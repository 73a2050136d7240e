import * as tf from '@tensorflow/tfjs';
import { EMOTIONS } from '../../core/emotions';
import type { TensorSource } from './data';
import type { Network } from '../networks/network';

/** A network's predictions for n samples. */
export interface Prediction {
  /** Number of samples, n. */
  readonly size: number;
  /** Softmax of the logits, [n, 7], each row's sum 1. */
  readonly probabilities: Float32Array;
  /** Label id of the highest logit, [n]; the smaller id in a tie. */
  readonly labels: Uint8Array;
  /** Cross entropy of each sample, [n], computed from the logits. */
  readonly losses: Float32Array;
}

/** A network's loss and accuracy on a source. */
interface Score {
  /** Mean cross entropy over samples. */
  readonly loss: number;
  /** Share of right answers, 0 to 1. */
  readonly accuracy: number;
}

const CLASSES = EMOTIONS.length;

/** Large enough for a small overhead per batch, small enough to keep each of TerGat's feature maps under 70 MB. */
const BATCH_SIZE = 256;

/**
 * Classifies every sample of a source, in inference mode.
 * @param options.batchSize default 256; it only affects speed
 * @param options.pause awaited after each batch, so that other work can run; default none
 */
export async function predict(
  network: Network,
  source: TensorSource,
  options: { readonly batchSize?: number; readonly pause?: () => Promise<void> } = {},
): Promise<Prediction> {
  const { batchSize = BATCH_SIZE, pause } = options;
  const prediction = emptyPrediction(source.size);
  for (let start = 0; start < source.size; start += batchSize) {
    const count = Math.min(batchSize, source.size - start);
    const positions = Int32Array.from({ length: count }, (_, i) => start + i);
    const logits = await classify(network, source, positions);
    for (let i = 0; i < count; i++) {
      const row = logits.subarray(CLASSES * i, CLASSES * (i + 1));
      fillRow(prediction, start + i, row, source.labels[start + i]);
    }
    if (pause) await pause();
  }
  return prediction;
}

/**
 * Computes loss and accuracy of predictions.
 * @param labels true label ids, [n]
 * @returns loss and accuracy; NaN without samples
 */
export function scorePrediction(prediction: Prediction, labels: Uint8Array): Score {
  const count = prediction.size;
  const right = prediction.labels.reduce((sum, label, i) => sum + Number(label === labels[i]), 0);
  const loss = prediction.losses.reduce((sum, value) => sum + value, 0);
  return { loss: loss / count, accuracy: right / count };
}

/**
 * Classifies every sample of a source and computes loss and accuracy.
 * @returns loss and accuracy; NaN without samples
 */
export async function evaluate(
  network: Network,
  source: TensorSource,
  options: { readonly batchSize?: number; readonly pause?: () => Promise<void> } = {},
): Promise<Score> {
  return scorePrediction(await predict(network, source, options), source.labels);
}

async function classify(
  network: Network,
  source: TensorSource,
  positions: Int32Array,
): Promise<Float32Array> {
  const logits = tf.tidy(() => network.forward(source.batch(positions), { training: false }));
  const values = await logits.data<'float32'>();
  logits.dispose();
  return values;
}

function emptyPrediction(size: number): Prediction {
  return {
    size,
    probabilities: new Float32Array(size * CLASSES),
    labels: new Uint8Array(size),
    losses: new Float32Array(size),
  };
}

function fillRow(prediction: Prediction, row: number, logits: Float32Array, label: number): void {
  const highest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  prediction.probabilities.set(
    powers.map((power) => power / sum),
    CLASSES * row,
  );
  prediction.labels[row] = logits.indexOf(highest);
  prediction.losses[row] = Math.log(sum) - (logits[label] - highest);
}
