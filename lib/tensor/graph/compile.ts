import * as tf from '@tensorflow/tfjs';
import { nativeBackend, type NativeBackend } from '../native/addon';
import { GraphBuilder } from './builder';
import { openSession, type NativeSession } from './session';
import { type NativeTrace, traceNative } from './trace';

/** A computation that may run as a graph. */
export interface Compiled<X extends tf.Tensor, Y extends tf.Tensor> {
  /**
   * Gives what the computation gives; the caller disposes it.
   * @throws Error when the computation reads numbers, or with TensorFlow's message when no graph can be made of it
   */
  run(x: X): Y;
  /** Frees the graph; the computation's own tensors stay. */
  dispose(): void;
}

/** The shapes that a graph takes. */
export interface InputShape {
  /** The graph is traced with an input of this shape; a small one takes less time. */
  readonly example: readonly number[];
  /** Axes whose size may be another one: nothing in the computation may depend on it but what the operations find out. */
  readonly freeAxes?: readonly number[];
}

/**
 * Makes native TensorFlow run a computation as a graph, in half the time: it fuses operations and runs independent ones
 * in parallel. The first run makes the graph. On other backends the computation runs as it is.
 * @param compute from float32 to float32, of operations alone; the tensors that it takes beside x must keep their numbers
 * @returns the caller disposes it
 */
export function compile<X extends tf.Tensor, Y extends tf.Tensor>(
  compute: (x: X) => Y,
  shape: InputShape,
): Compiled<X, Y> {
  let graph: OpenGraph | undefined;
  return {
    run(x) {
      const backend = nativeBackend();
      if (!backend) return compute(x);
      graph ??= openGraph(backend, compute, shape);
      return graph.session.run({ ...graph.weights, x }, [RESULT])[0] as Y;
    },
    dispose() {
      graph?.session.dispose();
      tf.dispose(graph?.weights);
      graph = undefined;
    },
  };
}

/** A graph and what it is fed beside the input: as constants, TensorFlow would take a quarter of a second to load them. */
interface OpenGraph {
  readonly session: NativeSession;
  /** Tensors that the computation takes beside its input, by the placeholder's name. */
  readonly weights: Readonly<Record<string, tf.Tensor>>;
}

const RESULT = 'result:0';

/** Size of an axis that is not known before the graph runs. */
const UNKNOWN = -1;

function openGraph<X extends tf.Tensor, Y extends tf.Tensor>(
  backend: NativeBackend,
  compute: (x: X) => Y,
  { example, freeAxes = [] }: InputShape,
): OpenGraph {
  const builder = new GraphBuilder(backend.binding);
  const weights: Record<string, tf.Tensor> = {};
  const x = tf.zeros([...example]) as X;
  try {
    // The first run brings the weights to the backend; in the trace they would be constants.
    compute(x).dispose();
    const [id] = backend.getInputTensorIds([x]);
    const { result, trace } = traceNative(backend, () => compute(x));
    const shape = example.map((size, axis) => (freeAxes.includes(axis) ? UNKNOWN : size));
    const outputs = new Map([[id, builder.addPlaceholder('x', { shape, dtype: builder.floatType })]]);
    for (const weight of findWeights(trace).filter((other) => other !== id)) {
      const name = `weight${weight}`;
      const [copy] = backend.binding.executeOp('Identity', [], [weight], 1);
      outputs.set(weight, builder.addPlaceholder(name, copy));
      weights[name] = tf.keep(backend.createOutputTensor(copy));
    }
    const outputOf = builder.addTrace('traced', trace, outputs);
    const inputs = [outputOf(backend.getInputTensorIds([result])[0])];
    builder.add({ name: 'result', op: 'Identity', inputs, attributes: { T: { type: 'float32' } } });
    result.dispose();
    return { session: openSession(backend, builder.nodes), weights };
  } finally {
    x.dispose();
  }
}

/** Finds the tensors that a computation took and did not make, by the addon's numbers. */
function findWeights({ operations, constants }: NativeTrace): number[] {
  const made = new Set([
    ...constants.keys(),
    ...operations.flatMap(({ outputs }) => outputs.map(({ id }) => id)),
  ]);
  return [...new Set(operations.flatMap(({ inputs }) => inputs))].filter((id) => !made.has(id));
}
