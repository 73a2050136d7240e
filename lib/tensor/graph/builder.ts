import {
  nativeAttributes,
  type AttributeValues,
  type NativeAttribute,
  type NativeBinding,
} from '../native/addon';
import type { NativeTrace, TracedConstant, TracedOperation } from './trace';
import type { GraphNode } from './saved-model';

/** Puts a graph together, node by node. An output of a node is told by a string, as `name:0`. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];

  constructor(private readonly binding: NativeBinding) {}

  /** TensorFlow's number of 32-bit floats. */
  get floatType(): number {
    return this.binding.TF_FLOAT;
  }

  /** TensorFlow's number of 32-bit integers. */
  get intType(): number {
    return this.binding.TF_INT32;
  }

  /**
   * Adds an operation.
   * @param node.waitsFor names of nodes that have to be done before
   * @returns its first output
   */
  add(node: {
    readonly name: string;
    readonly op: string;
    readonly inputs?: readonly string[];
    readonly attributes?: AttributeValues;
    readonly waitsFor?: readonly string[];
  }): string {
    const { name, op, inputs = [], attributes = {}, waitsFor = [] } = node;
    return this.push(
      name,
      op,
      [...inputs, ...waitsFor.map((other) => `^${other}`)],
      nativeAttributes(this.binding, attributes),
    );
  }

  /** Adds an input of the whole graph. @returns its output */
  addPlaceholder(
    name: string,
    { shape, dtype }: { readonly shape: readonly number[]; readonly dtype: number },
  ): string {
    const type = { name: 'dtype', type: this.binding.TF_ATTR_TYPE, value: dtype };
    const size = { name: 'shape', type: this.binding.TF_ATTR_SHAPE, value: shape };
    return this.push(name, 'Placeholder', [], [type, size]);
  }

  /** Adds numbers that stay. @returns its output */
  addConstant(name: string, value: TracedConstant): string {
    const type = { name: 'dtype', type: this.binding.TF_ATTR_TYPE, value: value.dtype };
    this.nodes.push({ name, op: 'Const', inputs: [], attributes: [type], value });
    return `${name}:0`;
  }

  /**
   * Adds what was traced. Tensors that the computation took from outside, and that are not known, are read: they must
   * still live, and their numbers stay as they are.
   * @param prefix beginning of the new nodes' names
   * @param givenOutputs outputs of this graph in place of tensors that the computation took, by the addon's numbers
   * @returns gives the output of this graph for a tensor that was traced, by the addon's number of it
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
      const { name, inputs, outputs: given } = operation;
      const node = `${prefix}/${name}${index}`;
      this.push(node, name, inputs.map(outputOf), this.attributesOf(operation));
      given.forEach(({ id }, place) => outputs.set(id, `${node}:${place}`));
    }
    return outputOf;
  }

  /**
   * Finds the nodes that take an output and are no part of a result's computation.
   * @returns their names
   */
  findTakersBeside(output: string, result: string): string[] {
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

  /** What tfjs leaves to be found out from the inputs has to be said in a graph; it does so in one operation only. */
  private attributesOf({ name, attributes, outputs }: TracedOperation): readonly NativeAttribute[] {
    if (name !== 'ExpandDims') return attributes;
    const { TF_ATTR_TYPE, TF_INT32 } = this.binding;
    const typeOf = { name: 'T', type: TF_ATTR_TYPE, value: outputs[0].dtype };
    return [typeOf, { name: 'Tdim', type: TF_ATTR_TYPE, value: TF_INT32 }];
  }

  /** Reads a tensor by the addon's number of it. */
  private readTensor(id: number): TracedConstant {
    const [{ id: copy, shape, dtype }] = this.binding.executeOp('Identity', [], [id], 1);
    this.binding.deleteTensor(copy);
    return { shape, dtype, values: this.binding.tensorDataSync(id) };
  }

  private push(
    name: string,
    op: string,
    inputs: readonly string[],
    attributes: readonly NativeAttribute[],
  ): string {
    this.nodes.push({ name, op, inputs, attributes });
    return `${name}:0`;
  }
}

/** The name of the node that an output or a control input belongs to. */
function nodeOf(output: string): string {
  return output.replace(/^\^/, '').replace(/:\d+$/, '');
}
