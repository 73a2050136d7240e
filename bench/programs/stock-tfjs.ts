import * as tf from '@tensorflow/tfjs';
import { DEFAULT_EXPERIMENT } from '../../lib/core/experiment';
import { EMOTIONS } from '../../lib/core/emotions';
import type { Program } from '../serve';
import { engineVersions, memoryNow, startProgramEngine } from './engine';
import { addMissingWasmKernel } from './missing-wasm-kernel';

const { batchSize, learningRate } = DEFAULT_EXPERIMENT;

/**
 * Prepares training steps of stock tfjs: TerGat in tfjs-layers, with the package's operations, its Adam and
 * `trainOnBatch`. A unit is one step on 64 pairs of blocks.
 */
export async function prepareStockStep(): Promise<Program> {
  const engine = await startProgramEngine('stock');
  if (engine.backend === 'wasm') addMissingWasmKernel();
  const model = buildLayersTerGat();
  model.compile({ optimizer: tf.train.adam(learningRate), loss: 'categoricalCrossentropy' });
  const inputs = [0, 1].map(() => tf.randomUniform([batchSize, 32, 32, 1], 0, 2));
  const labels = tf.oneHot(tf.randomUniform([batchSize], 0, EMOTIONS.length, 'int32'), EMOTIONS.length);
  const work = async (steps: number) => {
    for (let step = 0; step < steps; step++) await model.trainOnBatch(inputs, labels);
    return memoryNow();
  };
  const parameters = model.trainableWeights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return { ready: { versions: engineVersions(engine), parameters }, work };
}

function buildLayersTerGat(): tf.LayersModel {
  const { layers } = tf;
  const [eyes, eyesLatent] = buildBranch();
  const [mouth, mouthLatent] = buildBranch();
  let x = layers.concatenate().apply([mouthLatent, eyesLatent]);
  x = layers.dropout({ rate: 0.1 }).apply(x);
  x = layers.dense({ units: 1024, activation: 'relu' }).apply(x);
  x = layers.dense({ units: 512, activation: 'relu' }).apply(x);
  x = layers.dropout({ rate: 0.1 }).apply(x);
  x = layers.dense({ units: EMOTIONS.length, activation: 'softmax' }).apply(x);
  return tf.model({ inputs: [eyes, mouth], outputs: x as tf.SymbolicTensor });
}

function buildBranch(): [block: tf.SymbolicTensor, latent: tf.SymbolicTensor] {
  const { layers } = tf;
  const block = tf.input({ shape: [32, 32, 1] });
  const same = { kernelSize: 3, padding: 'same' } as const;
  let x = layers.conv2d({ ...same, filters: 32 }).apply(block);
  x = layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 }).apply(x);
  x = layers.activation({ activation: 'relu' }).apply(x);
  x = layers.conv2d({ ...same, filters: 64, activation: 'relu' }).apply(x);
  x = layers.maxPooling2d({ poolSize: 2 }).apply(x);
  x = layers.dropout({ rate: 0.1 }).apply(layers.flatten().apply(x));
  x = layers.dense({ units: 1024, activation: 'relu' }).apply(x);
  x = layers.dense({ units: 512, activation: 'relu' }).apply(x);
  x = layers.dropout({ rate: 0.1 }).apply(x);
  return [block, layers.dense({ units: 100 }).apply(x) as tf.SymbolicTensor];
}

function sizeOf(shape: readonly (number | null)[]): number {
  return shape.reduce<number>((size, side) => size * side!, 1);
}
