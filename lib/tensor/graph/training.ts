import * as tf from '@tensorflow/tfjs';
import type { AdamMemory } from './adam-memory';
import type { AdamWRates } from '../adam-slots';
import { nativeBackend, type NativeBackend } from '../native/addon';
import { openSession, type NativeSession } from './session';
import { viewVariable } from './variable-view';
import {
  buildTrainingGraph,
  EMPTY_MEMORY,
  feedNode,
  lossOutput,
  nodesOf,
  rateNode,
  RATES,
  slotsOf,
} from './build-training';
import type { ExamplePair, Trainee } from './trace-training';

/** Training steps as one graph, which holds the weights and what Adam remembers. */
export interface NativeTraining extends AdamMemory {
  /**
   * Tells what a step on a batch is fed.
   * @param size how many samples the batch has
   * @throws RangeError for a size that no example had; Error when the graph has ended, or another backend computes
   */
  feedNames(size: number): readonly string[];
  /** Takes a step on a batch. @returns its loss before the step, which the caller disposes */
  step(size: number, feeds: Readonly<Record<string, tf.Tensor>>, rates: AdamWRates): tf.Scalar;
}

/**
 * Loads training steps as a graph. TensorFlow runs a step without JavaScript, both branches of a network side by side,
 * convolutions with bias and relu in one.
 * @param trainee becomes a view of the graph's variables; what is assigned to it goes into the graph
 * @param examples of each size of a batch that there will be, by that size
 * @returns the caller disposes it; the trainee then has its numbers for itself
 * @throws Error as `buildTrainingGraph` does, or with TensorFlow's message
 */
export function compileTraining(
  backend: NativeBackend,
  trainee: Trainee,
  examples: ReadonlyMap<number, ExamplePair>,
): NativeTraining {
  const { nodes, feedNames } = buildTrainingGraph(backend, trainee, examples);
  const session = openSession(backend, nodes);
  tf.dispose(session.run({}, [EMPTY_MEMORY]));
  const weights = viewTrainee(backend, session, trainee);
  let isGoing = true;
  return {
    ...accessMemory(session, trainee),
    feedNames(size) {
      if (!isGoing)
        throw new Error(
          'Expected an optimizer that remembers in these steps but it went on without them: begin the steps anew',
        );
      if (nativeBackend() !== backend)
        throw new Error(`Expected the backend tensorflow but received ${tf.getBackend()}`);
      const names = feedNames.get(size);
      if (names) return names;
      throw new RangeError(`Expected a batch of a size that had an example but received ${size} samples`);
    },
    step(size, feeds, rates) {
      weights.handOver();
      return runStep(session, size, { feeds, rates });
    },
    end: () => void (isGoing = false),
    dispose() {
      weights.settle();
      session.dispose();
    },
  };
}

function runStep(
  session: NativeSession,
  size: number,
  { feeds, rates }: { readonly feeds: Readonly<Record<string, tf.Tensor>>; readonly rates: AdamWRates },
): tf.Scalar {
  return tf.tidy(() => {
    const named = Object.entries(feeds).map(([name, tensor]) => [feedNode(size, name), tensor]);
    const scalars = RATES.map((name) => [rateNode(name), tf.scalar(rates[name])]);
    const [loss] = session.run(Object.fromEntries([...named, ...scalars]), [lossOutput(size)]);
    return loss as tf.Scalar;
  });
}

/** The trainee's variables as views of the graph's. */
interface TraineeView {
  /** Gives the graph what was assigned to variables, and lets go of the rest. */
  handOver(): void;
  /** Has the variables fetch their numbers for good. */
  settle(): void;
}

function viewTrainee(
  backend: NativeBackend,
  session: NativeSession,
  { parameters, buffers }: Trainee,
): TraineeView {
  const variables = [...parameters, ...buffers];
  const reads = variables.map(([name]) => `${nodesOf(name).read}:0`);
  // All are fetched when one is asked for: TensorFlow prepares each set of outputs by itself, at five milliseconds a set.
  let fetched: (number | undefined)[] = [];
  const take = (index: number) => {
    if (fetched[index] === undefined) fetched = dropAll(backend, fetched, session.fetch(reads));
    const id = fetched[index]!;
    fetched[index] = undefined;
    return id;
  };
  const views = variables.map(([, variable], index) => viewVariable(backend, variable, () => take(index)));
  return {
    handOver() {
      const assigned = variables.filter((_, index) => views[index].isForeign());
      if (assigned.length > 0) load(session, assigned);
      views.forEach((view) => view.letGo());
      fetched = dropAll(backend, fetched, []);
    },
    settle() {
      views.forEach((view) => view.settle());
      fetched = dropAll(backend, fetched, []);
    },
  };
}

/** Deletes what was fetched and not taken. @returns what takes its place */
function dropAll(
  { binding }: NativeBackend,
  fetched: readonly (number | undefined)[],
  next: number[],
): number[] {
  for (const id of fetched) if (id !== undefined) binding.deleteTensor(id);
  return next;
}

function accessMemory(
  session: NativeSession,
  { parameters }: Trainee,
): Pick<AdamMemory, 'readSlots' | 'restoreSlots'> {
  return {
    readSlots(name) {
      const slots = session.run(
        {},
        slotsOf(name).map((slot) => `${nodesOf(slot).read}:0`),
      );
      const [mean, square] = slots.map((slot) => slot.dataSync() as Float32Array);
      tf.dispose(slots);
      return { mean, square };
    },
    restoreSlots(name, { mean, square }) {
      const { shape } = parameters.get(name)!;
      const tensors = [mean, square].map((values) => tf.tensor(values.slice(), shape));
      load(
        session,
        slotsOf(name).map((slot, index) => [slot, tensors[index]]),
      );
      tf.dispose(tensors);
    },
  };
}

function load(session: NativeSession, values: readonly (readonly [string, tf.Tensor])[]): void {
  const feeds = values.map(([name, value]) => [nodesOf(name).given, value] as const);
  const loads = values.map(([name]) => `${nodesOf(name).load}:0`);
  tf.dispose(session.run(Object.fromEntries(feeds), loads));
}
