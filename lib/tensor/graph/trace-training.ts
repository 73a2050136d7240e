import * as tf from '@tensorflow/tfjs';
import type { NativeBackend } from '../native/addon';
import { traceNative, type NativeTrace, type TracedConstant } from './trace';

/** A batch that stands for all of its size. */
export interface ExampleBatch {
  /** What differs from batch to batch, by name; complete when the loss was measured. They must outlive the loss. */
  readonly feeds: ReadonlyMap<string, tf.Tensor>;
  /** Measures the mean loss, by operations alone; the surrounding tidy disposes it. */
  loss(): tf.Scalar;
}

/** Two batches of one size. Whatever differs between them has to be among their feeds. */
export type ExamplePair = readonly [ExampleBatch, ExampleBatch];

/** What is trained. */
export interface Trainee {
  /** What Adam moves, by name. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** What the loss itself assigns to, by name. */
  readonly buffers: ReadonlyMap<string, tf.Variable>;
  /** Whether the weights decay at each step, as AdamW's do; default false. */
  readonly decays?: boolean;
}

/** Tensors by the trainee's names, each told by the addon's number. */
type NamedIds = readonly (readonly [name: string, id: number])[];

/** What tfjs does for a batch: the loss, its gradients, the buffers' new values. */
export interface StepTrace {
  readonly trace: NativeTrace;
  /** The feeds that an operation took, by the addon's number. */
  readonly feeds: ReadonlyMap<number, { readonly name: string; readonly tensor: tf.Tensor }>;
  /** The addon's number of the loss. */
  readonly loss: number;
  /** Of each parameter that the loss depends on. */
  readonly gradients: NamedIds;
  /** What the loss assigned to each buffer. */
  readonly updates: NamedIds;
}

/**
 * Traces a step, and once more for a second batch, to see that nothing differs but the feeds.
 * @param trainee is as it was afterwards
 * @returns the first batch's trace; its tensors live until the surrounding tidy ends
 * @throws Error when the loss reads numbers, or when JavaScript hands over others for the second batch: a graph would
 *   have the first batch's for ever
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
    // A clone keeps what the variable is about to lose.
    const updates = [...buffers].map(([name, variable]) => [name, idOf(variable.clone())] as const);
    return { trace, feeds: takenFeeds(backend, example), loss: idOf(result.value), gradients, updates };
  } finally {
    for (const [variable, value] of before) variable.assign(value);
  }
}

function takenFeeds(backend: NativeBackend, { feeds }: ExampleBatch): StepTrace['feeds'] {
  const named = Array.from(feeds, ([name, tensor]) => {
    const { id } = backend.tensorMap.get(tensor.dataId);
    return [id, { name, tensor }] as const;
  });
  // The addon has no number of what no operation took.
  return new Map(named.filter(([id]) => id >= 0));
}

function expectSameConstants(first: StepTrace, second: StepTrace): void {
  // The first trace may have more: a tensor from outside is handed over once, when it is used for the first time.
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
