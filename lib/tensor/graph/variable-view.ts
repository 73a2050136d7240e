import type * as tf from '@tensorflow/tfjs';
import type { NativeBackend } from '../native/addon';

/** A tfjs variable whose numbers lie in a graph, and are fetched when someone asks for them. */
export interface VariableView {
  /** Tells whether someone assigned to the variable since it was let go, or whether it never was. */
  isForeign(): boolean;
  /** Lets go of the numbers: who asks next is given the graph's of then. Clones keep theirs. */
  letGo(): void;
  /** Fetches the numbers for good, unless the variable has others or is disposed. */
  settle(): void;
}

/**
 * Makes a variable a view of numbers that lie in a graph. So that TensorFlow may write to them in place, being their
 * only holder, the view holds nothing until it is read.
 * @param fetch gives the addon's number of a tensor with the present numbers, which the variable then owns
 */
export function viewVariable(
  backend: NativeBackend,
  variable: tf.Variable,
  fetch: () => number,
): VariableView {
  let own: object | undefined;
  let isFetched = false;
  return {
    isForeign: () => variable.dataId !== own,
    letGo() {
      // A clone that nobody has read yet waits for numbers too, and must be given those of now: assigning does so.
      const isAlone = () => backend.tensorMap.get(own!).refCount === 1;
      if (variable.dataId === own && !isFetched && isAlone()) return;
      const { shape } = variable;
      const tensor = backend.createOutputTensor({ id: -1, shape, dtype: backend.binding.TF_FLOAT });
      variable.assign(tensor);
      tensor.dispose();
      own = variable.dataId;
      isFetched = false;
      whenAsked(backend.tensorMap.get(own), () => {
        isFetched = true;
        return fetch();
      });
    },
    settle() {
      if (own && variable.dataId === own && backend.tensorMap.has(own)) void backend.tensorMap.get(own).id;
    },
  };
}

/** Has a tensor's number found out by whoever reads it first: tfjs reads the property at each use of the tensor. */
function whenAsked(data: { id: number }, find: () => number): void {
  const settle = (value: number) =>
    Object.defineProperty(data, 'id', { value, writable: true, configurable: true, enumerable: true });
  Object.defineProperty(data, 'id', {
    get: () => {
      const id = find();
      settle(id);
      return id;
    },
    set: settle,
    configurable: true,
    enumerable: true,
  });
}
