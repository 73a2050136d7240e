import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../../lib/core/random';
import {
  connect,
  convolve,
  convolveAndPool,
  dropOut,
  meanCrossEntropy,
  normalizeByBatch,
  normalizeByRunning,
} from '../../lib/engine/operations';
import { startEngine, type Backend } from '../../lib/engine/tensorflow';
import { describeNative } from '../support/native';

/** Of a tensor's norm: float32 sums in another order. */
const TOLERANCE = 1e-5;

/** Inputs by name: shapes; numbers are drawn from the name, but for `zeros`. */
type Shapes = Readonly<Record<string, number[]>>;
type Operation = (inputs: Record<string, tf.Tensor>, variables: Record<string, tf.Variable>) => tf.Tensor;

const random = (name: string, shape: number[]) => {
  if (name === 'zeros') return tf.zeros(shape);
  const { uniform } = createRandom(1, name);
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => uniform(-1, 1)),
    shape,
  );
};

/** Runs an operation forwards and backwards on a backend: the output, each input's gradient, each variable after it. */
async function measure(
  backend: Backend,
  shapes: Shapes,
  operation: Operation,
): Promise<Map<string, Float32Array>> {
  await startEngine({ backend });
  const variables = {
    mean: tf.variable(random('mean', [3])),
    variance: tf.variable(random('variance', [3]).abs()),
  };
  const names = Object.keys(shapes);
  const inputs = names.map((name) => random(name, shapes[name]));
  const run = (values: tf.Tensor[]) =>
    operation(Object.fromEntries(values.map((value, i) => [names[i], value])), variables);
  const output = tf.tidy(() => run(inputs));
  const weigh = (...values: tf.Tensor[]) => {
    const y = run(values);
    return y.mul(random('slope', y.shape)).sum() as tf.Scalar;
  };
  const gradients = tf.grads(weigh)(inputs);
  const results = [['output', output], ...gradients.map((gradient, i) => [names[i], gradient]), ...Object.entries(variables)]; // prettier-ignore
  return new Map(
    (results as [string, tf.Tensor][]).map(([name, tensor]) => [name, tensor.dataSync() as Float32Array]),
  );
}

async function assertAgrees(shapes: Shapes, operation: Operation): Promise<void> {
  const expected = await measure('cpu', shapes, operation);
  const received = await measure('tensorflow', shapes, operation);
  for (const [name, values] of expected) {
    const error = Math.hypot(...values.map((value, i) => value - received.get(name)![i]));
    assert.ok(error <= TOLERANCE * Math.hypot(...values), `${name}: ${error} of ${Math.hypot(...values)}`);
  }
}

const asInputs = <T>(inputs: Record<string, tf.Tensor>) => inputs as unknown as T;

describeNative('operations on native TensorFlow agree with the cpu backend in output and gradients', () => {
  after(async () => void (await startEngine({ backend: 'tensorflow' })));

  const image = { x: [2, 6, 4, 2], filter: [3, 3, 2, 3], bias: [3] };
  type Layer = Parameters<typeof convolve>[0];

  it('convolve', () => assertAgrees(image, (inputs) => convolve(asInputs<Layer>(inputs))));

  it('convolve and pool', () => assertAgrees(image, (inputs) => convolveAndPool(asInputs<Layer>(inputs))));

  it('convolve and pool, where all four of a square are equal', () =>
    assertAgrees({ x: image.x, zeros: image.filter, bias: [3] }, ({ x, zeros, bias }) =>
      convolveAndPool(asInputs<Layer>({ x, filter: zeros, bias: bias.abs() })),
    ));

  it('normalise by the batch, running figures included', () =>
    assertAgrees(
      { x: [3, 2, 4, 3], scale: [3], offset: [3] },
      (inputs, variables) =>
      normalizeByBatch({ ...asInputs<Parameters<typeof normalizeByBatch>[0]>(inputs), ...variables, momentum: 0.1, epsilon: 1e-5 }), // prettier-ignore
    ));

  it('normalise by the running figures', () =>
    assertAgrees(
      { x: [3, 2, 4, 3], scale: [3], offset: [3] },
      (inputs, variables) =>
      normalizeByRunning({ ...asInputs<Parameters<typeof normalizeByRunning>[0]>(inputs), ...variables, momentum: 0.1, epsilon: 1e-5 }), // prettier-ignore
    ));

  for (const activation of ['relu', 'none'] as const) {
    it(`connect, activation ${activation}`, () =>
      assertAgrees({ x: [4, 5], weight: [5, 3], bias: [3] }, (inputs) =>
        connect({ ...asInputs<Parameters<typeof connect>[0]>(inputs), activation }),
      ));
  }

  it('drop out, by the same mask', () => assertAgrees({ x: [7, 33] }, ({ x }) => dropOut(x, 0.3, [5, 6])));

  it('cross entropy', () =>
    assertAgrees({ logits: [5, 7] }, ({ logits }) =>
      meanCrossEntropy(logits as tf.Tensor2D, tf.tensor1d([0, 6, 3, 3, 1], 'int32')),
    ));
});

describe('operations on the cpu backend', () => {
  before(async () => void (await startEngine({ backend: 'cpu' })));

  it('drop the share that was asked for and scale the others', () => {
    const values = tf.tidy(() => dropOut(tf.ones([20000]), 0.1, [1, 2]).dataSync());
    const dropped = values.filter((value) => value === 0).length / values.length;
    assert.ok(Math.abs(dropped - 0.1) < 0.01);
    assert.ok(values.every((value) => value === 0 || value === Math.fround(1 / 0.9)));
  });

  it('measure cross entropy as a mean over samples', () => {
    const loss = tf.tidy(
      () => meanCrossEntropy(tf.zeros([3, 7]), tf.tensor1d([0, 1, 2], 'int32')).dataSync()[0],
    );
    assert.ok(Math.abs(loss - Math.log(7)) < 1e-6);
  });
});
