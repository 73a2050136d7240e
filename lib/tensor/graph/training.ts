import * as tf from '@tensorflow/tfjs';
import type { AdamMemory } from './adam-memory';
import type { AdamWRates } from '../adam-slots';
import { nativeBackend, type NativeBackend } from '../native/addon';
import { openSession, type NativeSession } from './session';
import { viewVariable } from './variable-view';
import {
  buildTrainingGraph,
  RESET_MOMENTS,
  feedName,
  lossOutput,
  variableNodes,
  rateName,
  RATES,
  momentNames,
} from './build-training';
import type { ExamplePair, Trainee } from './trace-training';

/** Training steps as one graph, which holds the weights and Adam's state. */
export interface NativeTraining extends AdamMemory {
  /**
   * Returns the names of a step's feeds.
   * @param size number of samples of the batch
   * @throws RangeError for a size without an example; Error after `end`, or when another backend is in use
   */
  feedNames(size: number): readonly string[];
  /** Takes a step on a batch. @returns its loss before the step, which the caller disposes */
  step(size: number, feeds: Readonly<Record<string, tf.Tensor>>, rates: AdamWRates): tf.Scalar;
}

/**
 * Builds training steps as a graph and loads it. TensorFlow runs a step without JavaScript, runs a network's branches in
 * parallel, and fuses convolution, bias and relu.
 * @param trainee its variables become views of the graph's variables; values assigned to them are copied to the graph
 * @param examples for every batch size that will occur, by size
 * @returns a graph, which the caller disposes; the trainee's variables then have their own values again
 * @throws Error as `buildTrainingGraph` does, or with TensorFlow's message
 */
export function compileTraining(
  backend: NativeBackend,
  trainee: Trainee,
  examples: ReadonlyMap<number, ExamplePair>,
): NativeTraining {
  const { nodes, feedNames } = buildTrainingGraph(backend, trainee, examples);
  const session = openSession(backend, nodes);
  tf.dispose(session.run({}, [RESET_MOMENTS]));
  const weights = viewTrainee(backend, session, trainee);
  let isActive = true;
  return {
    ...accessMoments(session, trainee),
    feedNames(size) {
      if (!isActive)
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
      weights.pushAssigned();
      return runStep(session, size, { feeds, rates });
    },
    end: () => void (isActive = false),
    dispose() {
      weights.detach();
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
    const named = Object.entries(feeds).map(([name, tensor]) => [feedName(size, name), tensor]);
    const scalars = RATES.map((name) => [rateName(name), tf.scalar(rates[name])]);
    const [loss] = session.run(Object.fromEntries([...named, ...scalars]), [lossOutput(size)]);
    return loss as tf.Scalar;
  });
}

/** The trainee's variables as views of the graph's variables. */
interface TraineeView {
  /** Copies newly assigned values to the graph and drops all cached values. */
  pushAssigned(): void;
  /** Fetches the values of all variables permanently. */
  detach(): void;
}

function viewTrainee(
  backend: NativeBackend,
  session: NativeSession,
  { parameters, buffers }: Trainee,
): TraineeView {
  const variables = [...parameters, ...buffers];
  const reads = variables.map(([name]) => `${variableNodes(name).read}:0`);
  // All variables are fetched together: TensorFlow needs five milliseconds to prepare each new set of outputs.
  let fetched: (number | undefined)[] = [];
  const take = (index: number) => {
    if (fetched[index] === undefined) fetched = replaceFetched(backend, fetched, session.fetch(reads));
    const id = fetched[index]!;
    fetched[index] = undefined;
    return id;
  };
  const views = variables.map(([, variable], index) => viewVariable(backend, variable, () => take(index)));
  return {
    pushAssigned() {
      const assigned = variables.filter((_, index) => views[index].wasAssigned());
      if (assigned.length > 0) load(session, assigned);
      views.forEach((view) => view.invalidate());
      fetched = replaceFetched(backend, fetched, []);
    },
    detach() {
      views.forEach((view) => view.detach());
      fetched = replaceFetched(backend, fetched, []);
    },
  };
}

/** Deletes fetched tensors that were not used. @returns `next` */
function replaceFetched(
  { binding }: NativeBackend,
  fetched: readonly (number | undefined)[],
  next: number[],
): number[] {
  for (const id of fetched) if (id !== undefined) binding.deleteTensor(id);
  return next;
}

function accessMoments(
  session: NativeSession,
  { parameters }: Trainee,
): Pick<AdamMemory, 'readSlots' | 'restoreSlots'> {
  return {
    readSlots(name) {
      const slots = session.run(
        {},
        momentNames(name).map((slot) => `${variableNodes(slot).read}:0`),
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
        momentNames(name).map((slot, index) => [slot, tensors[index]]),
      );
      tf.dispose(tensors);
    },
  };
}

function load(session: NativeSession, values: readonly (readonly [string, tf.Tensor])[]): void {
  const feeds = values.map(([name, value]) => [variableNodes(name).given, value] as const);
  const loads = values.map(([name]) => `${variableNodes(name).load}:0`);
  tf.dispose(session.run(Object.fromEntries(feeds), loads));
}
