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

/** Classifies every sample of a source, in inference mode. After each batch, timers and signals are handled. */
export async function predict(network: Network, source: TensorSource): Promise<Prediction> {
  const { size } = source;
  const probabilities = new Float32Array(size * CLASSES);
  const labels = new Uint8Array(size);
  const losses = new Float32Array(size);
  for (let start = 0; start < size; start += BATCH_SIZE) {
    const positions = Int32Array.from({ length: Math.min(BATCH_SIZE, size - start) }, (_, i) => start + i);
    const answer = tf.tidy(() => network.forward(source.batch(positions), { training: false }));
    const logits = await answer.data<'float32'>();
    answer.dispose();
    for (const [i, row] of positions.entries()) {
      const own = logits.subarray(CLASSES * i, CLASSES * (i + 1));
      const highest = Math.max(...own);
      const powers = Array.from(own, (logit) => Math.exp(logit - highest));
      const sum = powers.reduce((total, power) => total + power, 0);
      const shares = powers.map((power) => power / sum);
      probabilities.set(shares, CLASSES * row);
      labels[row] = own.indexOf(highest);
      losses[row] = Math.log(sum) - (own[source.labels[row]] - highest);
    }
    await yieldToHost();
  }
  return { size, probabilities, labels, losses };
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

/** Classifies every sample of a source as {@link predict} does, and scores the predictions. */
export async function evaluate(network: Network, source: TensorSource): Promise<Score> {
  return scorePrediction(await predict(network, source), source.labels);
}

/** Lets timers, signals and drawing run. Without pending events it takes less than a millisecond in Node.js. */
export function yieldToHost(): Promise<void> {
  // Browsers have no setImmediate.
  const { setImmediate } = globalThis as Partial<Pick<typeof globalThis, 'setImmediate'>>;
  return new Promise((resolve) => {
    if (setImmediate) setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
