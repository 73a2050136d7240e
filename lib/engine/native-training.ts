import * as tf from '@tensorflow/tfjs';
import type { AdamRates, AdamValues } from './adam-slots';
import type { NativeBackend } from './native';
import { openSession, type NativeSession } from './native-session';
import { viewVariable, type VariableView } from './native-view';
import { buildTrainingGraph, EMPTY_MEMORY, nodesOf, slotsOf, type ExampleBatch, type Trainee } from './training-graph'; // prettier-ignore

/** Training steps as one graph, which holds the weights and what Adam remembers. */
export interface NativeTraining {
  /** Tells which feeds a batch of a size takes; undefined where no example had that size. */
  feedNames(size: number): readonly string[] | undefined;
  /** Takes a step on a batch. @returns its loss before the step, which the caller disposes */
  step(size: number, feeds: Readonly<Record<string, tf.Tensor>>, rates: AdamRates): tf.Scalar;
  /** Reads what Adam remembers of a parameter. */
  readSlots(name: string): AdamValues;
  /** Puts back what {@link readSlots} gave. */
  restoreSlots(name: string, values: AdamValues): void;
  dispose(): void;
}

/**
 * Loads training steps as a graph. TensorFlow runs a step without JavaScript, both branches of a network side by side,
 * convolutions with bias and relu in one.
 * @param trainee becomes a view of the graph's variables; what is assigned to it goes into the graph
 * @param examples a batch of each size that there will be, by its size
 * @returns the caller disposes it; the trainee then has its numbers for itself
 */
export function compileTraining(
  backend: NativeBackend,
  trainee: Trainee,
  examples: ReadonlyMap<number, ExampleBatch>,
): NativeTraining {
  const { nodes, feedNames } = buildTrainingGraph(backend, trainee, examples);
  const session = openSession(backend, nodes);
  tf.dispose(session.run({}, [`${EMPTY_MEMORY}:0`]));
  return toTraining(session, feedNames, viewTrainee(backend, session, trainee));
}

/** A variable of the trainee's, by its name. */
interface NamedView extends VariableView {
  readonly name: string;
  readonly variable: tf.Variable;
}

function viewTrainee(
  backend: NativeBackend,
  session: NativeSession,
  { parameters, buffers }: Trainee,
): NamedView[] {
  return [...parameters, ...buffers].map(([name, variable]) => {
    const fetch = () => session.fetch(`${nodesOf(name).read}:0`);
    return { name, variable, ...viewVariable(backend, variable, fetch) };
  });
}

function toTraining(
  session: NativeSession,
  feedNames: ReadonlyMap<number, readonly string[]>,
  views: readonly NamedView[],
): NativeTraining {
  const takeOver = () => {
    const assigned = views.filter((view) => view.isForeign());
    if (assigned.length > 0) load(session, assigned.map(({ name, variable }) => [name, variable])); // prettier-ignore
    views.forEach((view) => view.letGo());
  };
  return {
    feedNames: (size) => feedNames.get(size),
    step(size, feeds, { stepSize, epsilon, beta1, beta2 }) {
      takeOver();
      const rates = { stepSize, epsilon, beta1, beta2 };
      return tf.tidy(() => {
        const named = Object.entries(feeds).map(([name, tensor]) => [`${size}/${name}`, tensor] as const);
        const scalars = Object.entries(rates).map(([name, rate]) => [`adam/${name}`, tf.scalar(rate)] as const); // prettier-ignore
        return session.run(Object.fromEntries([...named, ...scalars]), [`${size}/loss:0`])[0] as tf.Scalar;
      });
    },
    readSlots(name) {
      const [mean, square] = session.run({}, slotsOf(name).map((slot) => `${nodesOf(slot).read}:0`)); // prettier-ignore
      const values = { mean: mean.dataSync() as Float32Array, square: square.dataSync() as Float32Array };
      tf.dispose([mean, square]);
      return values;
    },
    restoreSlots(name, { mean, square }) {
      const { shape } = views.find((view) => view.name === name)!.variable;
      const tensors = [mean, square].map((values) => tf.tensor(values.slice(), shape));
      load(session, slotsOf(name).map((slot, index) => [slot, tensors[index]])); // prettier-ignore
      tf.dispose(tensors);
    },
    dispose() {
      views.forEach((view) => view.settle());
      session.dispose();
    },
  };
}

function load(session: NativeSession, values: readonly (readonly [string, tf.Tensor])[]): void {
  const feeds = values.map(([name, value]) => [nodesOf(name).given, value] as const);
  const loads = values.map(([name]) => `${nodesOf(name).load}:0`);
  tf.dispose(session.run(Object.fromEntries(feeds), loads));
}
