import * as tf from '@tensorflow/tfjs';
import { nativeBackend, TYPES, type NativeBackend } from '../native/addon';
import { GraphBuilder, traceNative, type NativeTrace } from './builder';
import { openSession } from './session';

/** The shapes that a graph accepts for one input. */
export interface InputShape {
  /** The graph is traced with an input of this shape; a small one takes less time. */
  readonly example: readonly number[];
  /** Axes whose size may differ from the example's. The computation must not use their sizes in JavaScript. */
  readonly freeAxes?: readonly number[];
}

/**
 * Compiles a computation to a graph for native TensorFlow, which takes half the time: TensorFlow fuses operations and
 * runs independent ones in parallel. The first run makes the graph. On other backends the computation runs unchanged.
 * @param compute from float32 to float32, tensor operations only; other tensors that it uses must not change
 * @param shapes of the inputs, one for each
 * @returns a compiled computation, which the caller disposes
 */
export function compile<Inputs extends readonly tf.Tensor[], Y extends tf.Tensor>(
  compute: (...inputs: Inputs) => Y,
  ...shapes: readonly InputShape[]
) {
  let graph: ReturnType<typeof openGraph> | undefined;
  return {
    /**
     * Runs the computation; the caller disposes the result.
     * @throws Error when the computation reads tensor values, or with TensorFlow's message when it cannot be a graph
     */
    run(...inputs: Inputs): Y {
      const backend = nativeBackend();
      if (!backend) return compute(...inputs);
      graph ??= openGraph(
        backend,
        (...examples) => compute(...(examples as readonly tf.Tensor[] as Inputs)),
        shapes,
      );
      const feeds = Object.fromEntries(inputs.map((input, index) => [inputName(index), input]));
      return graph.session.run({ ...graph.weights, ...feeds }, [RESULT])[0] as Y;
    },
    /** Disposes the graph, but not the computation's own tensors. */
    dispose(): void {
      graph?.session.dispose();
      tf.dispose(graph?.weights);
      graph = undefined;
    },
  };
}

/**
 * Maximum number of values in a graph's constants. Constants make a run a quarter faster, as TensorFlow prepares them once,
 * but loading a graph with millions of them takes a quarter of a second.
 */
const MAX_CONSTANTS = 1_000_000;

const RESULT = 'result:0';
const inputName = (index: number) => `x${index}`;
/** Size of an axis that is unknown until the graph runs. */
const UNKNOWN = -1;

/**
 * Traces and loads a computation.
 * @returns the session, and the tensors that it is fed besides the inputs, by name: the computation's weights if there are
 *   more than {@link MAX_CONSTANTS}
 */
function openGraph(
  backend: NativeBackend,
  compute: (...inputs: tf.Tensor[]) => tf.Tensor,
  shapes: readonly InputShape[],
) {
  const builder = new GraphBuilder(backend);
  const weights: Record<string, tf.Tensor> = {};
  const inputs = shapes.map(({ example }) => tf.zeros([...example]));
  try {
    // The first run copies the weights to the backend; otherwise they would be constants of the trace.
    compute(...inputs).dispose();
    const ids = backend.getInputTensorIds(inputs);
    const { result, trace } = traceNative(backend, () => compute(...inputs));
    const outputs = new Map<number, string>();
    for (const [index, { example, freeAxes = [] }] of shapes.entries()) {
      const shape = example.map((size, axis) => (freeAxes.includes(axis) ? UNKNOWN : size));
      outputs.set(ids[index], builder.addPlaceholder(inputName(index), shape));
    }
    const copies = findWeights(trace)
      .filter((id) => !outputs.has(id))
      .map((id) => {
        const [copy] = backend.binding.executeOp('Identity', [], [id], 1);
        return { id, copy, tensor: backend.createOutputTensor(copy) };
      });
    if (copies.reduce((sum, { tensor }) => sum + tensor.size, 0) > MAX_CONSTANTS)
      for (const { id, copy, tensor } of copies) {
        const name = `weight${id}`;
        outputs.set(id, builder.addPlaceholder(name, copy.shape, copy.dtype));
        weights[name] = tf.keep(tensor);
      }
    else tf.dispose(copies.map(({ tensor }) => tensor)); // addTrace adds them as constants.
    const outputOf = builder.addTrace('traced', trace, outputs);
    const [id] = backend.getInputTensorIds([result]);
    const attributes = { T: { type: TYPES.float32 } };
    builder.add({ name: 'result', op: 'Identity', inputs: [outputOf(id)], attributes });
    result.dispose();
    return { session: openSession(backend, builder.nodes), weights };
  } finally {
    tf.dispose(inputs);
  }
}

/** Finds the tensors that a computation used but did not create, by the addon's ids. */
function findWeights({ operations, constants }: NativeTrace): number[] {
  const made = new Set(operations.flatMap(({ outputs }) => outputs.map(({ id }) => id)));
  const used = new Set(operations.flatMap(({ inputs }) => inputs));
  return [...used].filter((id) => !made.has(id) && !constants.has(id));
}
