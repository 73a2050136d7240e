import * as tf from '@tensorflow/tfjs';
import { DEFAULT_EXPERIMENT } from '../../lib/core/experiment-settings';
import { EMOTIONS } from '../../lib/core/emotions';
import { memoryNow, startProgramEngine, type Program } from './program';

const { batchSize, learningRate } = DEFAULT_EXPERIMENT;

/**
 * Prepares training steps of stock tfjs: TerGat in tfjs-layers, with the package's operations, its Adam and
 * `trainOnBatch`. A unit is one step on 64 pairs of blocks.
 */
export async function prepareStockStep(): Promise<Program> {
  const { backend, versions } = await startProgramEngine('stock');
  if (backend === 'wasm') addMissingWasmKernel();
  const model = buildLayersTerGat();
  model.compile({ optimizer: tf.train.adam(learningRate), loss: 'categoricalCrossentropy' });
  const inputs = [0, 1].map(() => tf.randomUniform([batchSize, 32, 32, 1], 0, 2));
  const labels = tf.oneHot(tf.randomUniform([batchSize], 0, EMOTIONS.length, 'int32'), EMOTIONS.length);
  const work = async (steps: number) => {
    for (let step = 0; step < steps; step++) await model.trainOnBatch(inputs, labels);
    return memoryNow();
  };
  const sizes = model.trainableWeights.map(({ shape }) => tf.util.sizeFromShape(shape as number[]));
  const parameters = sizes.reduce((sum, size) => sum + size, 0);
  return { ready: { versions, parameters }, work };
}

function buildLayersTerGat(): tf.LayersModel {
  const [eyes, eyesLatent] = buildBranch();
  const [mouth, mouthLatent] = buildBranch();
  const latent = tf.layers.concatenate().apply([mouthLatent, eyesLatent]);
  return tf.model({ inputs: [eyes, mouth], outputs: addDense(latent, EMOTIONS.length, 'softmax') });
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
  return [block, addDense(layers.flatten().apply(x), 100, 'linear')];
}

function addDense(
  input: ReturnType<tf.layers.Layer['apply']>,
  units: number,
  activation: 'softmax' | 'linear',
): tf.SymbolicTensor {
  const { dense, dropout } = tf.layers;
  let x = dropout({ rate: 0.1 }).apply(input);
  x = dense({ units: 1024, activation: 'relu' }).apply(x);
  x = dense({ units: 512, activation: 'relu' }).apply(x);
  x = dropout({ rate: 0.1 }).apply(x);
  return dense({ units, activation }).apply(x) as tf.SymbolicTensor;
}

/**
 * Registers the one kernel that stock wasm lacks for training: a convolution's gradient by its filter, for 3x3 filters
 * with stride 1 and padding 1. It uses tfjs' own operations: one matrix product per filter position.
 */
function addMissingWasmKernel(): void {
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      // tfjs' operations pass whole tensors.
      const { x, dy } = inputs as unknown as { x: tf.Tensor4D; dy: tf.Tensor4D };
      return tf.tidy(() => takeFilterGradient(x, dy, attrs!.filterShape as number[]));
    },
  });
}

/**
 * Computes the gradient of a 3x3 convolution, stride 1 and padding 1, by its filter.
 * @param x input, [n, height, width, in]
 * @param dy gradient by the output, [n, height, width, out]
 * @param filterShape [3, 3, in, out]
 * @returns of the filter's shape; the surrounding tidy disposes intermediate tensors
 */
export function takeFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, filterShape: number[]): tf.Tensor {
  const [batch, height, width, inChannels] = x.shape;
  const outChannels = dy.shape[3];
  const pixels = batch * height * width;
  const padded = tf.pad(x, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  const gradients = tf.reshape(dy, [pixels, outChannels]);
  const taps = Array.from({ length: 9 }, (_, tap) => {
    const start = [0, Math.floor(tap / 3), tap % 3, 0];
    const shifted = padded.slice(start, [batch, height, width, inChannels]);
    // An explicit transpose: a product with the transposeA flag takes tens of times as long.
    const rows = tf.transpose(tf.reshape(shifted, [pixels, inChannels]));
    return tf.matMul(rows as tf.Tensor2D, gradients as tf.Tensor2D);
  });
  return tf.stack(taps).reshape(filterShape);
}
