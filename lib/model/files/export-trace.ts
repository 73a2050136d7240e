import * as tf from '@tensorflow/tfjs';
import { type Attributes, GRAPH_OPERATIONS, type GraphOperation } from './export-operations';

/** One node of a graph, in the JSON form of TensorFlow's GraphDef. */
interface TracedNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Attributes;
}

/** Constants of a graph: weights, and numbers that the computation creates. */
export interface GraphConstant {
  readonly name: string;
  readonly dtype: 'float32' | 'int32';
  readonly shape: readonly number[];
  readonly read: () => Float32Array | Int32Array;
}

/** A traced computation. */
export interface Graph {
  /** In topological order. */
  readonly nodes: readonly TracedNode[];
  readonly constants: readonly GraphConstant[];
}

const BACKEND = 'graph-trace';
const FLOAT = { T: { type: 'DT_FLOAT' } } as const;

/** Batch size of the trace; no layer has this width. A constant that is a multiple of it depends on the batch size. */
const SAMPLES = 1009;

/**
 * Records the operations of a computation, by running it on a backend that stores operations and computes nothing. A
 * network's code thus remains the only description of its computation.
 * @param computation.inputs shape of each input without the batch axis, by name
 * @param computation.compute returns results by name; it must not read the values of any tensor
 * @returns a graph for any batch size
 * @throws Error when the computation calls a kernel that is not in {@link GRAPH_OPERATIONS}; RangeError when it
 *   depends on the batch size
 */
export async function traceGraph({
  inputs,
  weights,
  compute,
}: {
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly weights: ReadonlyMap<string, tf.Tensor>;
  readonly compute: (inputs: readonly tf.Tensor[]) => Readonly<Record<string, tf.Tensor>>;
}): Promise<Graph> {
  const before = tf.getBackend();
  const recorder = new Recorder(weights);
  const kernels = Object.entries(GRAPH_OPERATIONS).map(([kernelName, operation]) => ({
    kernelName,
    backendName: BACKEND,
    kernelFunc: (call: { inputs: tf.NamedTensorInfoMap; attrs?: tf.NamedAttrMap }) =>
      recorder.record(operation, call.inputs, call.attrs ?? {}),
  }));
  tf.registerBackend(BACKEND, () => recorder, 0);
  kernels.forEach((kernel) => tf.registerKernel(kernel as tf.KernelConfig));
  try {
    await tf.setBackend(BACKEND);
    tf.tidy(() => {
      const tensors = Object.entries(inputs).map(([name, shape]) => recorder.addInput(name, shape));
      for (const [name, result] of Object.entries(compute(tensors))) recorder.addOutput(name, result);
    });
    return { nodes: recorder.nodes, constants: [...recorder.constants.values()] };
  } finally {
    await tf.setBackend(before);
    kernels.forEach(({ kernelName }) => tf.unregisterKernel(kernelName, BACKEND));
    tf.removeBackend(BACKEND);
  }
}

/** The recording backend. It maps each tensor's data id to the name of the node that computes the tensor. */
class Recorder extends tf.KernelBackend {
  readonly nodes: TracedNode[] = [];
  readonly constants = new Map<string, GraphConstant>();
  private readonly names = new WeakMap<object, string>();
  private readonly written = new WeakMap<object, Float32Array>();

  constructor(private readonly weights: ReadonlyMap<string, tf.Tensor>) {
    super();
    for (const [name, { dataId }] of weights) this.names.set(dataId, name);
  }

  addInput(name: string, shape: readonly number[]): tf.Tensor {
    const input = tf.zeros([SAMPLES, ...shape]);
    this.names.set(input.dataId, name);
    const dim = [-1, ...shape].map((size) => ({ size: `${size}` }));
    const attr: Attributes = { dtype: FLOAT.T, shape: { shape: { dim } } };
    this.nodes.push({ name, op: 'Placeholder', attr });
    return input;
  }

  addOutput(name: string, { dataId }: tf.TensorInfo): void {
    this.nodes.push({ name, op: 'Identity', input: [this.names.get(dataId)!], attr: FLOAT });
  }

  record(
    operation: GraphOperation,
    named: tf.NamedTensorInfoMap,
    attributes: tf.NamedAttrMap,
  ): tf.TensorInfo {
    const inputs = operation.inputs?.map((name) => named[name]!) ?? Object.values(named).map((one) => one!);
    const shape = operation.shapeOf(inputs, attributes);
    const dataId = {};
    this.names.set(dataId, this.addNode(operation, inputs, attributes));
    return { dataId, shape, dtype: 'float32' };
  }

  private addNode(
    operation: GraphOperation,
    inputs: readonly tf.TensorInfo[],
    attributes: tf.NamedAttrMap,
  ): string {
    const name = `${operation.op}_${this.nodes.length}`;
    const input = inputs.map((tensor) => this.nameOf(tensor));
    const last = operation.lastInput?.(attributes);
    if (last !== undefined) {
      const values = Int32Array.from([last].flat());
      if (values.some((value) => value !== 0 && value % SAMPLES === 0))
        throw new RangeError(`Expected any number of samples for ${name} but received a fixed one`);
      const shape = Array.isArray(last) ? [last.length] : [];
      input.push(this.addConstant({ name: `${name}/last`, dtype: 'int32', shape, read: () => values }));
    }
    const attr: Attributes = { ...FLOAT, ...operation.attributes?.(attributes, inputs) };
    this.nodes.push({ name, op: operation.op, input, attr });
    return name;
  }

  /** Returns the name of a tensor's node; a weight or a created number becomes a constant at its first use. */
  private nameOf({ dataId, shape }: tf.TensorInfo): string {
    const name = this.names.get(dataId) ?? `number_${this.constants.size}`;
    this.names.set(dataId, name);
    const weight = this.weights.get(name);
    const written = this.written.get(dataId);
    if (!weight && this.nodes.some((node) => node.name === name)) return name;
    if (!weight && !written)
      throw new RangeError(
        `Expected inputs, weights and numbers only but received a tensor [${shape}] of another origin`,
      );
    const read = () => (weight ? (weight.dataSync() as Float32Array) : written!);
    return this.addConstant({ name, dtype: 'float32', shape, read });
  }

  private addConstant(constant: GraphConstant): string {
    const { name, dtype } = constant;
    if (!this.constants.has(name)) {
      const type = dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT';
      this.nodes.push({ name, op: 'Const', attr: { dtype: { type } } });
      this.constants.set(name, constant);
    }
    return name;
  }

  override write(values: tf.backend_util.BackendValues): object {
    const dataId = {};
    this.written.set(dataId, Float32Array.from(values as Float32Array));
    return dataId;
  }
  override disposeData(): boolean {
    return true;
  }
  override numDataIds(): number {
    return 0;
  }
  override dispose(): void {}
}
