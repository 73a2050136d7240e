import type * as tf from '@tensorflow/tfjs';
import type { NativeBackend, NativeData } from '../native/addon';

/** A tfjs variable whose values are in a graph and are fetched when they are first read. */
export interface VariableView {
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
export function viewVariable(
  backend: NativeBackend,
  variable: tf.Variable,
  fetch: () => number,
): VariableView {
  let own: LazyData | undefined;
  let ownId: object | undefined;
  return {
    wasAssigned: () => variable.dataId !== ownId,
    invalidate() {
      // An unread clone shares the data; assigning new data to the variable makes the clone fetch the old values.
      if (own && variable.dataId === ownId && !own.isFetched && own.refCount === 1) return;
      const { shape } = variable;
      const tensor = backend.createOutputTensor({ id: -1, shape, dtype: backend.binding.TF_FLOAT });
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
