import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../../lib/core/random';
import { startEngine, type Backend } from '../../lib/tensor/backend';

/** Of a tensor's norm: float32 sums in another order. */
const TOLERANCE = 1e-5;

/** Inputs by name: shapes; numbers are drawn from the name, but for `zeros`. */
export type Shapes = Readonly<Record<string, number[]>>;
/** Takes inputs by name, and the variables `mean` and `variance`, both [3]. */
export type Operation = (
  inputs: Record<string, tf.Tensor>,
  variables: Record<string, tf.Variable>,
) => tf.Tensor;

/** Draws numbers of -1 to 1 from a name; zeros for the name `zeros`. */
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
  const results = [
    ['output', output],
    ...gradients.map((gradient, i) => [names[i], gradient]),
    ...Object.entries(variables),
  ];
  return new Map(
    (results as [string, tf.Tensor][]).map(([name, tensor]) => [name, tensor.dataSync() as Float32Array]),
  );
}

/**
 * Asserts that native TensorFlow and the cpu backend agree in an operation's output, the gradient by each input, and
 * each variable after it.
 * @param shapes of the inputs, by name
 */
export async function assertAgrees(shapes: Shapes, operation: Operation): Promise<void> {
  const expected = await measure('cpu', shapes, operation);
  const received = await measure('tensorflow', shapes, operation);
  for (const [name, values] of expected) {
    const error = Math.hypot(...values.map((value, i) => value - received.get(name)![i]));
    assert.ok(error <= TOLERANCE * Math.hypot(...values), `${name}: ${error} of ${Math.hypot(...values)}`);
  }
}

/** Takes inputs by name as the arguments that an operation wants. */
export const asInputs = <T>(inputs: Record<string, tf.Tensor>) => inputs as unknown as T;
