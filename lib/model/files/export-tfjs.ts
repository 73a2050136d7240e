import * as tf from '@tensorflow/tfjs';
import { findArchitecture } from '../architectures';
import { type FaceInput, shapeOfInput } from '../training/data';
import { type Attributes, GRAPH_OPERATIONS, type GraphOperation } from './export-operations';
import type { Model } from './model-file';
import { allVariables } from '../networks/network';

/** A file of an exported model. */
export interface ExportedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Size of a weights file, small enough for browsers' caches. Source: tensorflowjs_converter's default. */
const SHARD_BYTES = 4 * 2 ** 20;

/** Descriptions of inputs and outputs in model.json. */
const INPUTS = {
  eyes: 'grey levels / 255 / 0.5, so 0 to 2, of the eyes block',
  mouth: 'grey levels / 255 / 0.5, so 0 to 2, of the mouth block',
  face: 'grey levels / 255 / 0.5, so 0 to 2, of the whole face, 48x48 pixels',
  landmarks:
    '68 landmarks (iBUG order) as x, y: the middle between the eyes is 0, the line from eye to eye horizontal and 1 long',
} as const satisfies Record<FaceInput, string>;
const OUTPUTS = {
  logits: "the network's, in the labels' order",
  probabilities: "softmax of the logits / temperature, in the labels' order",
} as const;

/**
 * Writes a model as a graph model for browsers, which `tf.loadGraphModel` reads. Its inputs are the architecture's:
 * `eyes` and `mouth`, each [n, 32, 32, 1], `face`, [n, 48, 48, 1], or `landmarks`, [n, 136]. Its outputs are `logits`
 * and `probabilities`, each [n, 7]. Its `userDefinedMetadata` has labels, margin, temperature, and descriptions of inputs
 * and outputs.
 * @returns the weights files, then model.json, which lists them
 * Source: TensorFlow.js' graph model format, as tfjs-converter 4.22 reads it.
 */
export async function encodeForTfjs(model: Model): Promise<ExportedFile[]> {
  const { network, ...metadata } = model;
  const names = findArchitecture(metadata.architecture).inputs;
  const inputs = Object.fromEntries(names.map((name) => [name, shapeOfInput(name)]));
  const graph = await traceGraph({
    inputs,
    weights: allVariables(network),
    compute: (given) => {
      const logits = network.forward(given, { training: false });
      return { logits, probabilities: tf.softmax(logits.div(metadata.temperature)) };
    },
  });
  const shards = await toShards(graph.constants);
  const shapes = graph.constants.map(({ name, dtype, shape }) => ({ name, dtype, shape }));
  const outputs = Object.keys(OUTPUTS);
  const json = {
    format: 'graph-model',
    generatedBy: 'facial-expression-prior-attention',
    convertedBy: null,
    modelTopology: { node: graph.nodes, versions: { producer: 1, minConsumer: 1 } },
    weightsManifest: [{ paths: shards.map(({ name }) => name), weights: shapes }],
    signature: {
      inputs: Object.fromEntries(names.map((name) => [name, toSignature(name, inputs[name])])),
      outputs: Object.fromEntries(outputs.map((name) => [name, toSignature(name, [metadata.labels.length])])),
    },
    userDefinedMetadata: {
      ...metadata,
      inputs: Object.fromEntries(names.map((name) => [name, INPUTS[name]])),
      outputs: OUTPUTS,
      // With these keys, the model's `predict` returns its outputs by name.
      structuredOutputKeys: outputs,
    },
  };
  return [...shards, { name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(json)) }];
}

async function toShards(constants: readonly GraphConstant[]): Promise<ExportedFile[]> {
  const parts = constants.map(({ read }) => read() as BlobPart);
  const all = new Uint8Array(await new Blob(parts).arrayBuffer());
  const count = Math.ceil(all.length / SHARD_BYTES);
  return Array.from({ length: count }, (_, index) => ({
    name: `group1-shard${index + 1}of${count}.bin`,
    bytes: all.subarray(index * SHARD_BYTES, (index + 1) * SHARD_BYTES),
  }));
}

function toSignature(name: string, shape: readonly number[]): object {
  return { name: `${name}:0`, dtype: 'DT_FLOAT', tensorShape: toShape(shape) };
}

/** Encodes a shape with a batch axis of any size before it. */
function toShape(shape: readonly number[]) {
  return { dim: [-1, ...shape].map((size) => ({ size: `${size}` })) };
}

/** One node of a graph, in the JSON form of TensorFlow's GraphDef. */
interface TracedNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Attributes;
}

/** Constants of a graph: weights, and numbers that the computation creates. */
interface GraphConstant {
  readonly name: string;
  readonly dtype: 'float32' | 'int32';
  readonly shape: readonly number[];
  readonly read: () => Float32Array | Int32Array;
}

const BACKEND = 'graph-trace';
const FLOAT = { T: { type: 'DT_FLOAT' } } as const;

/** Batch size of the trace; no layer has this width. A constant that is a multiple of it depends on the batch size. */
const SAMPLES = 1009;

/**
 * Records the operations of a computation, by running it on a backend that stores operations and computes nothing. A
 * network's code is therefore the only description of its computation.
 * @param computation.inputs shape of each input without the batch axis, by name
 * @param computation.compute returns results by name; it must not read the values of any tensor
 * @returns the nodes of a graph for any batch size, in topological order, and its constants
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
}) {
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
    const attr: Attributes = { dtype: FLOAT.T, shape: { shape: toShape(shape) } };
    this.nodes.push({ name, op: 'Placeholder', attr });
    return input;
  }

  addOutput(name: string, { dataId }: tf.TensorInfo): void {
    this.nodes.push({ name, op: 'Identity', input: [this.names.get(dataId)!], attr: FLOAT });
  }

  record(
    { op, inputs: order, shapeOf, attributes, lastInput }: GraphOperation,
    named: tf.NamedTensorInfoMap,
    values: tf.NamedAttrMap,
  ): tf.TensorInfo {
    const inputs = order?.map((name) => named[name]!) ?? Object.values(named).map((one) => one!);
    const name = `${op}_${this.nodes.length}`;
    const input = inputs.map((tensor) => this.nameOf(tensor));
    const last = lastInput?.(values);
    if (last !== undefined) {
      const integers = Int32Array.from([last].flat());
      if (integers.some((value) => value !== 0 && value % SAMPLES === 0))
        throw new RangeError(`Expected any number of samples for ${name} but received a fixed one`);
      const shape = Array.isArray(last) ? [last.length] : [];
      input.push(this.addConstant({ name: `${name}/last`, dtype: 'int32', shape, read: () => integers }));
    }
    this.nodes.push({ name, op, input, attr: { ...FLOAT, ...attributes?.(values, inputs) } });
    const dataId = {};
    this.names.set(dataId, name);
    return { dataId, shape: shapeOf?.(inputs, values) ?? inputs[0].shape, dtype: 'float32' };
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
