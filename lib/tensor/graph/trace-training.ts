import * as tf from '@tensorflow/tfjs';
import type { NativeBackend } from '../native/addon';
import { traceNative, type NativeTrace, type TracedConstant } from './trace';

/** An example batch; its trace is reused for every batch of the same size. */
export interface ExampleBatch {
  /** Tensors that differ between batches, by name. The map is complete after `loss` was called. */
  readonly feeds: ReadonlyMap<string, tf.Tensor>;
  /** Computes the mean loss with tensor operations only; the surrounding tidy disposes it. */
  loss(): tf.Scalar;
}

/** Two batches of one size. They may differ in their feeds only. */
export type ExamplePair = readonly [ExampleBatch, ExampleBatch];

/** The variables that training changes. */
export interface Trainee {
  /** Variables that Adam updates, by name. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** Variables that the loss computation assigns, by name. */
  readonly buffers: ReadonlyMap<string, tf.Variable>;
  /** Whether each step applies AdamW's weight decay; default false. */
  readonly decays?: boolean;
}

/** The addon's ids of tensors, by the trainee's names. */
type NamedIds = readonly (readonly [name: string, id: number])[];

/** The operations that tfjs runs for a batch: the loss, its gradients, and the buffers' new values. */
interface StepTrace {
  readonly trace: NativeTrace;
  /** The feeds that an operation used, by the addon's id. */
  readonly feeds: ReadonlyMap<number, { readonly name: string; readonly tensor: tf.Tensor }>;
  /** The addon's id of the loss. */
  readonly loss: number;
  /** Gradients of the parameters that the loss depends on. */
  readonly gradients: NamedIds;
  /** The new value of each buffer. */
  readonly updates: NamedIds;
}

/**
 * Traces a step on two batches and checks that only their feeds differ.
 * @param trainee unchanged afterwards
 * @returns the first batch's trace; the surrounding tidy disposes its tensors
 * @throws Error when the loss reads tensor values, or creates other constants for the second batch: a graph would use
 *   the first batch's constants for all batches
 */
export function traceStep(backend: NativeBackend, trainee: Trainee, [first, second]: ExamplePair): StepTrace {
  const traced = traceBatch(backend, trainee, first);
  expectSameConstants(traced, traceBatch(backend, trainee, second));
  return traced;
}

function traceBatch(
  backend: NativeBackend,
  { parameters, buffers }: Trainee,
  example: ExampleBatch,
): StepTrace {
  const idOf = (tensor: tf.Tensor) => backend.getInputTensorIds([tensor])[0];
  const before = [...buffers.values()].map((variable) => [variable, variable.clone()] as const);
  try {
    const measure = () => tf.variableGrads(() => example.loss(), [...parameters.values()]);
    const { result, trace } = traceNative(backend, measure);
    const gradients = [...parameters].flatMap(([name, variable]) => {
      const gradient: tf.Tensor | undefined = result.grads[variable.name];
      return gradient ? [[name, idOf(gradient)] as const] : [];
    });
    // The clone keeps the new value when the old one is restored below.
    const updates = [...buffers].map(([name, variable]) => [name, idOf(variable.clone())] as const);
    return { trace, feeds: consumedFeeds(backend, example), loss: idOf(result.value), gradients, updates };
  } finally {
    for (const [variable, value] of before) variable.assign(value);
  }
}

function consumedFeeds(backend: NativeBackend, { feeds }: ExampleBatch): StepTrace['feeds'] {
  const named = Array.from(feeds, ([name, tensor]) => {
    const { id } = backend.tensorMap.get(tensor.dataId);
    return [id, { name, tensor }] as const;
  });
  // A tensor that no operation used has no id in the addon.
  return new Map(named.filter(([id]) => id >= 0));
}

function expectSameConstants(first: StepTrace, second: StepTrace): void {
  // The first trace may have more: a tensor from outside is copied to TensorFlow once, at its first use.
  const waiting = constantsOf(first);
  for (const constant of constantsOf(second)) {
    const place = waiting.findIndex((other) => isSame(constant, other));
    if (place < 0) {
      throw new Error(
        "Expected the same numbers for every batch but JavaScript gives each its own: draw them from the inputs or by dropout's seeds",
      );
    }
    waiting.splice(0, place + 1);
  }
}

function constantsOf({ trace, feeds }: StepTrace): TracedConstant[] {
  return [...trace.constants].filter(([id]) => !feeds.has(id)).map(([, constant]) => constant);
}

function isSame({ values }: TracedConstant, other: TracedConstant): boolean {
  return (
    values.length === other.values.length && values.every((value, i) => Object.is(value, other.values[i]))
  );
}
