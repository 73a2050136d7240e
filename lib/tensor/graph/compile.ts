import type * as tf from '@tensorflow/tfjs';
import { nativeBackend, type NativeBackend } from '../native/addon';
import { GraphBuilder } from './builder';
import { openSession, type NativeSession } from './session';
import { traceNative } from './trace';

/** A computation that may run as a graph. */
export interface Compiled<X extends tf.Tensor, Y extends tf.Tensor> {
  /**
   * Gives what the computation gives; the caller disposes it.
   * @throws Error when the computation reads numbers, or with TensorFlow's message when no graph can be made of it
   */
  run(x: X): Y;
  /** Gives back the graphs; the computation's own tensors stay. */
  dispose(): void;
}

/**
 * Has native TensorFlow run a computation as a graph, in half the time: it fuses operations and runs independent ones
 * side by side. A graph fits one shape. On other backends the computation runs as it is.
 * @param compute from float32 to float32, of operations alone; the tensors that it takes beside x must keep their numbers
 * @param options.plainRuns how often a shape is computed as it is before a graph is made, which takes as long as about
 *   ten runs; default 0: all results of a shape are one graph's
 * @returns the caller disposes it
 */
export function compile<X extends tf.Tensor, Y extends tf.Tensor>(
  compute: (x: X) => Y,
  { plainRuns = 0 }: { readonly plainRuns?: number } = {},
): Compiled<X, Y> {
  const graphs = new Map<string, NativeSession>();
  const runs = new Map<string, number>();
  return {
    run(x) {
      const backend = nativeBackend();
      if (!backend) return compute(x);
      const shape = x.shape.join();
      const count = runs.get(shape) ?? 0;
      runs.set(shape, count + 1);
      if (count < plainRuns) return compute(x);
      const graph = graphs.get(shape) ?? openGraph(backend, compute, x);
      graphs.set(shape, graph);
      return graph.run({ x }, [RESULT])[0] as Y;
    },
    dispose() {
      for (const graph of graphs.values()) graph.dispose();
      graphs.clear();
    },
  };
}

const RESULT = 'result:0';

function openGraph<X extends tf.Tensor, Y extends tf.Tensor>(
  backend: NativeBackend,
  compute: (x: X) => Y,
  x: X,
): NativeSession {
  const builder = new GraphBuilder(backend.binding);
  const [id] = backend.getInputTensorIds([x]);
  const { result, trace } = traceNative(backend, () => compute(x));
  const placeholder = builder.addPlaceholder('x', { shape: x.shape, dtype: builder.floatType });
  const outputOf = builder.addTrace('traced', trace, new Map([[id, placeholder]]));
  const inputs = [outputOf(backend.getInputTensorIds([result])[0])];
  builder.add({ name: 'result', op: 'Identity', inputs, attributes: { T: { type: 'float32' } } });
  result.dispose();
  return openSession(backend, builder.nodes);
}
