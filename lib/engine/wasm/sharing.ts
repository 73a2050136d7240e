import type * as tf from '@tensorflow/tfjs';
import type { WasmBackend } from './backend';
import type { KernelReplacement } from './replacement';

interface ShareArguments {
  readonly inputs: { readonly x: tf.TensorInfo };
  readonly attrs?: { readonly dtype?: tf.DataType };
  readonly backend: WasmBackend;
}

/** Clones a tensor by counting one more holder of its data, as tfjs does elsewhere. On wasm it copies them. */
export const identityReplacement: KernelReplacement = {
  kernelName: 'Identity',
  replace: () => (args) => share(args as unknown as ShareArguments),
};

/** Casts to the type that a tensor has by a clone, which copies nothing. */
export const castReplacement: KernelReplacement = {
  kernelName: 'Cast',
  replace: (stock) => (args) => {
    const { inputs, attrs, backend } = args as unknown as ShareArguments;
    return attrs?.dtype === inputs.x.dtype ? share({ inputs, backend }) : stock(args);
  },
};

function share({ inputs: { x }, backend }: ShareArguments): tf.TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}
