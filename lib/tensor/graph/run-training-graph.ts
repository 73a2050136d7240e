import * as tf from '@tensorflow/tfjs';
import type { AdamRates } from '../adam';
import { nativeBackend, TYPES, type NativeBackend, type NativeData } from '../native/addon';
import { openSession } from './session';
import { buildTrainingGraph, variablesOf, type ExamplePair, type Trainee } from './training-graph';

/**
 * Builds training steps as a graph, which holds the weights and Adam's moment estimates, and loads it. TensorFlow runs a
 * step without JavaScript, runs a network's branches in parallel, and fuses convolution, bias and relu.
 * @param trainee its variables become views of the graph's variables; values assigned to them are copied to the graph
 * @param examples for every batch size that will occur, by size
 * @returns a graph, which the caller disposes
 * @throws Error as {@link buildTrainingGraph} does, or with TensorFlow's message
 */
export function compileTraining(
  backend: NativeBackend,
  trainee: Trainee,
  examples: ReadonlyMap<number, ExamplePair>,
) {
  const { nodes, feedNames } = buildTrainingGraph(backend, trainee, examples);
  const session = openSession(backend, nodes);
  const views = viewVariables(backend, session, variablesOf(trainee));
  return {
    /**
     * Takes a step on a batch.
     * @param size number of samples of the batch
     * @param feedOf returns a feed by its name; the surrounding tidy disposes it
     * @param countStep returns Adam's coefficients for the step
     * @returns the loss before the step, which the caller disposes
     * @throws RangeError for a size without an example; Error when another backend is in use
     */
    step(size: number, feedOf: (name: string) => tf.Tensor, countStep: () => AdamRates): tf.Scalar {
      if (nativeBackend() !== backend)
        throw new Error(`Expected the backend tensorflow but received ${tf.getBackend()}`);
      const names = feedNames.get(size);
      if (!names)
        throw new RangeError(`Expected a batch of a size that had an example but received ${size} samples`);
      views.pushAssigned();
      return tf.tidy(() => {
        const named = names.map((name) => [`${size}/${name}`, feedOf(name)]);
        const rates = Object.entries(countStep()).map(([name, rate]) => [`rate/${name}`, tf.scalar(rate)]);
        const [loss] = session.run(Object.fromEntries([...named, ...rates]), [`${size}/loss:0`]);
        return loss as tf.Scalar;
      });
    },
    /** Disposes the graph; the trainee's variables then have their own values again. */
    dispose(): void {
      views.detach();
      session.dispose();
    },
  };
}

/**
 * Makes variables views of the graph's variables, whose values are fetched when they are first read. A view holds no
 * tensor until then, so that TensorFlow is the only owner of the values and can update them in place.
 */
function viewVariables(
  backend: NativeBackend,
  session: ReturnType<typeof openSession>,
  variables: ReadonlyMap<string, tf.Variable>,
) {
  const reads = [...variables.keys()].map((name) => `${name}/read:0`);
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
  const views = Array.from(variables, ([name, variable], index) => ({
    name,
    variable,
    fetch: () => take(index),
    dataId: undefined as object | undefined,
  }));
  return {
    /** Copies newly assigned values to the graph and drops all cached values. Clones keep their values. */
    pushAssigned() {
      const assigned = views.filter(({ variable, dataId }) => variable.dataId !== dataId);
      const feeds = Object.fromEntries(assigned.map(({ name, variable }) => [`${name}/given`, variable]));
      const loads = assigned.map(({ name }) => `${name}/load:0`);
      if (assigned.length > 0) tf.dispose(session.run(feeds, loads));
      for (const view of views) {
        const { variable, dataId, fetch } = view;
        const data = backend.tensorMap.get(variable.dataId);
        // An unread clone shares the data; assigning new data to the variable makes the clone fetch the old values.
        if (variable.dataId === dataId && data.refCount === 1 && !(data as LazyData).isFetched) continue;
        view.dataId = assignLazily(backend, variable, fetch);
      }
      dropFetched();
    },
    /** Fetches the values permanently, unless others were assigned or a variable is disposed. */
    detach() {
      for (const { variable, dataId } of views)
        if (dataId && variable.dataId === dataId && backend.tensorMap.has(dataId))
          void backend.tensorMap.get(dataId).id;
      dropFetched();
    },
  };
}

/**
 * Assigns data to a variable that are fetched when they are first read.
 * @param fetch returns the addon's id of a tensor with the values; the variable then owns that tensor
 * @returns the id of the data
 */
function assignLazily(backend: NativeBackend, variable: tf.Variable, fetch: () => number): object {
  const tensor = backend.createOutputTensor({ id: -1, shape: variable.shape, dtype: TYPES.float32 });
  const { dataId } = tensor;
  variable.assign(tensor);
  tensor.dispose();
  backend.tensorMap.delete(dataId);
  backend.tensorMap.set(dataId, new LazyData(variable.shape, fetch));
  return dataId;
}

/** Takes the place of tfjs-node's record of a tensor's data, and fetches the tensor when its id is first read. */
class LazyData implements NativeData {
  readonly dtype = TYPES.float32;
  readonly values = null;
  refCount = 1;
  isFetched = false;
  private known = -1;

  constructor(
    readonly shape: readonly number[],
    private readonly fetch: () => number,
  ) {}

  get id(): number {
    if (!this.isFetched) this.id = this.fetch();
    return this.known;
  }

  set id(id: number) {
    this.known = id;
    this.isFetched = true;
  }
}
