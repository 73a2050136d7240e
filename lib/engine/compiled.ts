import type * as tf from '@tensorflow/tfjs';
import { nativeBackend, type NativeBackend } from './native';
import { GraphBuilder } from './native-graph';
import { openSession, type NativeSession } from './native-session';
import { traceNative } from './native-trace';

/** A computation that may run as a graph. */
export interface Compiled<X extends tf.Tensor, Y extends tf.Tensor> {
  /** Gives what the computation gives; the caller disposes it. */
  run(x: X): Y;
  /** Gives back the graphs; the computation's own tensors stay. */
  dispose(): void;
}

/**
 * Has native TensorFlow run a computation as a graph, in half the time: it fuses operations and runs independent ones
 * side by side. A graph fits one shape, and is made when a shape comes for the second time: what comes once, as the
 * faces of one photograph, is sooner computed than made a graph of. On other backends the computation runs as it is.
 * @param compute made of operations alone; the tensors that it takes beside x must keep their numbers
 * @returns the caller disposes it
 */
export function compile<X extends tf.Tensor, Y extends tf.Tensor>(compute: (x: X) => Y): Compiled<X, Y> {
  const graphs = new Map<string, NativeSession | undefined>();
  return {
    run(x) {
      const backend = nativeBackend();
      if (!backend) return compute(x);
      const shape = x.shape.join();
      let graph = graphs.get(shape);
      if (!graph && graphs.has(shape)) graph = openGraph(backend, compute, x);
      graphs.set(shape, graph);
      return graph ? (graph.run({ x }, [RESULT])[0] as Y) : compute(x);
    },
    dispose() {
      for (const graph of graphs.values()) graph?.dispose();
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
