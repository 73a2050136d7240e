import * as tf from '@tensorflow/tfjs';
import type { AdamRates } from '../adam';
import { nativeBackend, TYPES, type NativeBackend, type NativeData } from '../native/addon';
import { openSession, type NativeSession } from './session';
import { buildTrainingGraph, variablesOf, type ExamplePair, type Trainee } from './training-graph';

/** Training steps as one graph, which holds the weights and Adam's moment estimates. */
export interface NativeTraining {
  /**
   * Returns the names of a step's feeds.
   * @param size number of samples of the batch
   * @throws RangeError for a size without an example; Error when another backend is in use
   */
  feedNames(size: number): readonly string[];
  /** Takes a step on a batch. @returns its loss before the step, which the caller disposes */
  step(size: number, feeds: Readonly<Record<string, tf.Tensor>>, rates: AdamRates): tf.Scalar;
  /** Disposes the graph; the trainee's variables then have their own values again. */
  dispose(): void;
}

/**
 * Builds training steps as a graph and loads it. TensorFlow runs a step without JavaScript, runs a network's branches in
 * parallel, and fuses convolution, bias and relu.
 * @param trainee its variables become views of the graph's variables; values assigned to them are copied to the graph
 * @param examples for every batch size that will occur, by size
 * @returns a graph, which the caller disposes
 * @throws Error as {@link buildTrainingGraph} does, or with TensorFlow's message
 */
export function compileTraining(
  backend: NativeBackend,
  trainee: Trainee,
  examples: ReadonlyMap<number, ExamplePair>,
): NativeTraining {
  const { nodes, feedNames } = buildTrainingGraph(backend, trainee, examples);
  const session = openSession(backend, nodes);
  const views = viewVariables(backend, session, [...variablesOf(trainee)]);
  return {
    feedNames(size) {
      if (nativeBackend() !== backend)
        throw new Error(`Expected the backend tensorflow but received ${tf.getBackend()}`);
      const names = feedNames.get(size);
      if (names) return names;
      throw new RangeError(`Expected a batch of a size that had an example but received ${size} samples`);
    },
    step(size, feeds, rates) {
      views.pushAssigned();
      return tf.tidy(() => {
        const named = Object.entries(feeds).map(([name, tensor]) => [`${size}/${name}`, tensor]);
        const scalars = Object.entries(rates).map(([name, rate]) => [`rate/${name}`, tf.scalar(rate)]);
        const [loss] = session.run(Object.fromEntries([...named, ...scalars]), [`${size}/loss:0`]);
        return loss as tf.Scalar;
      });
    },
    dispose() {
      views.detach();
      session.dispose();
    },
  };
}

/** Makes variables views of the graph's variables. */
function viewVariables(
  backend: NativeBackend,
  session: NativeSession,
  variables: readonly (readonly [string, tf.Variable])[],
) {
  const reads = variables.map(([name]) => `${name}/read:0`);
  // All variables are fetched together: TensorFlow needs five milliseconds to prepare each new set of outputs.
  let fetched: (number | undefined)[] = [];
  const dropFetched = () => {
    for (const id of fetched) if (id !== undefined) backend.binding.deleteTensor(id);
    fetched = [];
  };
  const take = (index: number) => {
    if (fetched[index] === undefined) {
      dropFetched();
      fetched = session.fetch(reads);
    }
    const id = fetched[index]!;
    fetched[index] = undefined;
    return id;
  };
  const views = variables.map(([, variable], index) => viewVariable(backend, variable, () => take(index)));
  return {
    /** Copies newly assigned values to the graph and drops all cached values. */
    pushAssigned() {
      const assigned = variables.filter((_, index) => views[index].wasAssigned());
      const feeds = Object.fromEntries(assigned.map(([name, value]) => [`${name}/given`, value]));
      const loads = assigned.map(([name]) => `${name}/load:0`);
      if (assigned.length > 0) tf.dispose(session.run(feeds, loads));
      views.forEach((view) => view.invalidate());
      dropFetched();
    },
    /** Fetches the values of all variables permanently. */
    detach() {
      views.forEach((view) => view.detach());
      dropFetched();
    },
  };
}

/** A tfjs variable whose values are in a graph and are fetched when they are first read. */
interface VariableView {
  /** Returns whether a value was assigned since the last {@link invalidate}, or whether there was none yet. */
  wasAssigned(): boolean;
  /** Drops the cached values; the next read fetches the current ones from the graph. Clones keep their values. */
  invalidate(): void;
  /** Fetches the values permanently, unless another value was assigned or the variable is disposed. */
  detach(): void;
}

/**
 * Makes a variable a view of values in a graph. The view holds no tensor until it is read, so that TensorFlow is the
 * only owner of the values and can update them in place.
 * @param fetch returns the addon's id of a tensor with the current values; the variable then owns that tensor
 */
function viewVariable(backend: NativeBackend, variable: tf.Variable, fetch: () => number): VariableView {
  let own: LazyData | undefined;
  let ownId: object | undefined;
  return {
    wasAssigned: () => variable.dataId !== ownId,
    invalidate() {
      // An unread clone shares the data; assigning new data to the variable makes the clone fetch the old values.
      if (own && variable.dataId === ownId && !own.isFetched && own.refCount === 1) return;
      const { shape } = variable;
      const tensor = backend.createOutputTensor({ id: -1, shape, dtype: TYPES.float32 });
      const { dataId } = tensor;
      own = new LazyData(backend.tensorMap.get(dataId), fetch);
      ownId = dataId;
      variable.assign(tensor);
      tensor.dispose();
      backend.tensorMap.delete(dataId);
      backend.tensorMap.set(dataId, own);
    },
    detach() {
      if (own && variable.dataId === ownId && backend.tensorMap.has(ownId)) void own.id;
    },
  };
}

/** Takes the place of tfjs-node's record of a tensor's data, and fetches the tensor when its id is first read. */
class LazyData implements NativeData {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values = null;
  refCount = 1;
  isFetched = false;
  private known = -1;

  constructor(
    { shape, dtype }: NativeData,
    private readonly fetch: () => number,
  ) {
    this.shape = shape;
    this.dtype = dtype;
  }

  get id(): number {
    if (!this.isFetched) this.id = this.fetch();
    return this.known;
  }

  set id(id: number) {
    this.known = id;
    this.isFetched = true;
  }
}
