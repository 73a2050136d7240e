import type * as tf from '@tensorflow/tfjs';
import {
  nativeAttributes,
  TYPES,
  type AttributeValues,
  type NativeAttribute,
  type NativeBackend,
  type NativeBinding,
  type NativeOutput,
} from '../native/addon';

/*
 * Computations as TensorFlow graphs.
 *
 * Native TensorFlow is fastest with a whole graph: it fuses convolution, bias and relu, runs a network's branches in
 * parallel, and needs no JavaScript between operations. The graphs are not written by hand. A computation runs once with
 * tfjs, and every native operation is recorded (the trace). A builder makes graph nodes from the trace. They are encoded
 * as a SavedModel, the only format that the addon loads, and a session runs them. There are two kinds of graphs:
 *
 * - `compile`: a function from tensors to a tensor, such as a detector or a classifier. A graph accepts inputs of any size
 *   along its free axes. Weights are constants, or feeds if there are more than a million: TensorFlow takes long to load
 *   large constants.
 * - `compileTraining`: training steps. Adam's operations are added to the trace of a loss and its gradients, and weights
 *   and Adam's state become variables of the graph. tfjs' variables become views, which fetch their values when read.
 *
 * A traced computation may consist of tensor operations only. Reading a tensor's values is an error. So are constants
 * that differ between batches, such as those of `tf.randomNormal`, since every batch would use the first batch's.
 * Whatever differs between batches is fed by name: inputs, labels, and the seeds of dropout masks. On wasm and cpu,
 * computations run unchanged and training uses tfjs' gradient tape; tests compare the results of graph and tape. The
 * graphs have not been run on a GPU.
 */

/** A native operation that ran. Inputs and outputs are the addon's tensor ids, which are never reused. */
interface TracedOperation {
  readonly name: string;
  readonly attributes: readonly NativeAttribute[];
  readonly inputs: readonly number[];
  readonly outputs: readonly NativeOutput[];
}

/** A tensor that JavaScript created while operations ran, such as a shape or a factor. */
export interface TracedConstant {
  readonly shape: readonly number[];
  /** TensorFlow's constant for the type. */
  readonly dtype: number;
  readonly values: tf.TypedArray;
}

/** The native operations and constants of a computation. */
export interface NativeTrace {
  /** In the order of execution. */
  readonly operations: readonly TracedOperation[];
  /** By the addon's tensor id, in the order of creation. */
  readonly constants: ReadonlyMap<number, TracedConstant>;
}

/** One operation of a graph. */
export interface GraphNode {
  readonly name: string;
  /** Name of the TensorFlow operation. */
  readonly op: string;
  /** Inputs as `name:output`; `^name` is a control input, which only determines the order. */
  readonly inputs: readonly string[];
  readonly attributes: readonly NativeAttribute[];
  /** Value of a constant. */
  readonly value?: TracedConstant;
}

/**
 * Runs a computation and records its native operations, so that a graph can repeat them without JavaScript.
 * @returns the result, which the caller disposes, and the trace
 * @throws Error when the computation reads a tensor's values: a graph would always use the values of this run
 */
export function traceNative<Result>(
  backend: NativeBackend,
  compute: () => Result,
): { readonly result: Result; readonly trace: NativeTrace } {
  const { binding, readSync } = backend;
  const operations: TracedOperation[] = [];
  const constants = new Map<number, TracedConstant>();
  const executeOp: NativeBinding['executeOp'] = (name, attributes, inputs, count) => {
    const outputs = binding.executeOp(name, attributes, inputs, count);
    operations.push({ name, attributes, inputs: [...inputs], outputs });
    return outputs;
  };
  const createTensor: NativeBinding['createTensor'] = (shape, dtype, values) => {
    const id = binding.createTensor(shape, dtype, values);
    constants.set(id, { shape: [...shape], dtype, values });
    return id;
  };
  const refuse = (what: string) => () => {
    throw new Error(`Expected a computation of operations alone but it ${what}`);
  };
  // The addon's properties are read-only; an object that inherits from it can override them.
  backend.binding = Object.create(binding, {
    executeOp: { value: executeOp },
    createTensor: { value: createTensor },
    runSavedModel: { value: refuse('runs a graph') },
  }) as NativeBinding;
  backend.readSync = refuse('reads the numbers of a tensor');
  try {
    return { result: compute(), trace: { operations, constants } };
  } finally {
    backend.binding = binding;
    backend.readSync = readSync;
  }
}

/** Builds a graph node by node. An output of a node is a string such as `name:0`. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];

  constructor(readonly backend: NativeBackend) {}

  /**
   * Adds an operation.
   * @param node.controlInputs names of nodes that run before this one
   * @returns its first output
   */
  add(node: {
    readonly name: string;
    readonly op: string;
    readonly inputs?: readonly string[];
    readonly attributes?: AttributeValues;
    readonly controlInputs?: readonly string[];
  }): string {
    const { name, op, inputs = [], attributes = {}, controlInputs = [] } = node;
    const allInputs = [...inputs, ...controlInputs.map((other) => `^${other}`)];
    this.nodes.push({ name, op, inputs: allInputs, attributes: nativeAttributes(attributes) });
    return `${name}:0`;
  }

  /** Adds an input of the graph, by default of 32-bit floats. @returns its output */
  addPlaceholder(name: string, shape: readonly number[], dtype: number = TYPES.float32): string {
    return this.add({ name, op: 'Placeholder', attributes: { dtype: { type: dtype }, shape: { shape } } });
  }

  /** Adds a constant. @returns its output */
  addConstant(name: string, value: TracedConstant): string {
    const attributes = nativeAttributes({ dtype: { type: value.dtype } });
    this.nodes.push({ name, op: 'Const', inputs: [], attributes, value });
    return `${name}:0`;
  }

  /**
   * Adds the traced operations. Tensors that the computation used, and that are neither traced nor in `givenOutputs`,
   * become constants; they must not be disposed yet.
   * @param prefix start of the new nodes' names
   * @param givenOutputs outputs of this graph in place of tensors that the computation used, by the addon's ids
   * @returns a function from the addon's id of a traced tensor to the output of this graph
   */
  addTrace(
    prefix: string,
    { operations, constants }: NativeTrace,
    givenOutputs: ReadonlyMap<number, string>,
  ): (id: number) => string {
    const outputs = new Map(givenOutputs);
    const outputOf = (id: number): string => {
      const known = outputs.get(id);
      if (known !== undefined) return known;
      const output = this.addConstant(`${prefix}/constant${id}`, constants.get(id) ?? this.readTensor(id));
      outputs.set(id, output);
      return output;
    };
    for (const [index, operation] of operations.entries()) {
      const { name: op, inputs, outputs: given } = operation;
      const name = `${prefix}/${op}${index}`;
      this.nodes.push({ name, op, inputs: inputs.map(outputOf), attributes: attributesOf(operation) });
      given.forEach(({ id }, place) => outputs.set(id, `${name}:${place}`));
    }
    return outputOf;
  }

  /**
   * Finds the consumers of an output that a result does not depend on.
   * @returns their names
   */
  findOtherConsumers(output: string, result: string): string[] {
    const part = this.ancestorsOf(result);
    return this.nodes
      .filter(({ name, inputs }) => inputs.includes(output) && !part.has(name))
      .map(({ name }) => name);
  }

  private ancestorsOf(output: string): Set<string> {
    const nodes = new Map(this.nodes.map((node) => [node.name, node]));
    const found = new Set<string>();
    const waiting = [nodeOf(output)];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (found.has(name)) continue;
      found.add(name);
      waiting.push(...(nodes.get(name)?.inputs ?? []).map(nodeOf));
    }
    return found;
  }

  /** Reads a tensor by the addon's id. */
  private readTensor(id: number): TracedConstant {
    const { binding } = this.backend;
    const [{ id: copy, shape, dtype }] = binding.executeOp('Identity', [], [id], 1);
    binding.deleteTensor(copy);
    return { shape, dtype, values: binding.tensorDataSync(id) };
  }
}

/** Adds types that a graph requires. tfjs-node omits them, so that TensorFlow infers them, for one operation only. */
function attributesOf({ name, attributes, outputs }: TracedOperation): readonly NativeAttribute[] {
  if (name !== 'ExpandDims') return attributes;
  return nativeAttributes({ T: { type: outputs[0].dtype }, Tdim: { type: TYPES.int32 } });
}

/** Returns the name of an output's or a control input's node. */
function nodeOf(output: string): string {
  return output.replace(/^\^/, '').replace(/:\d+$/, '');
}
