import {
  nativeAttributes,
  type AttributeValues,
  type NativeAttribute,
  type NativeBinding,
} from '../native/addon';
import type { NativeTrace, TracedConstant, TracedOperation } from './trace';
import type { GraphNode } from './saved-model';

/** Builds a graph node by node. An output of a node is a string such as `name:0`. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];

  constructor(private readonly binding: NativeBinding) {}

  /** TensorFlow's constant for 32-bit floats. */
  get floatType(): number {
    return this.binding.TF_FLOAT;
  }

  /** TensorFlow's constant for 32-bit integers. */
  get intType(): number {
    return this.binding.TF_INT32;
  }

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
    return this.push(
      name,
      op,
      [...inputs, ...controlInputs.map((other) => `^${other}`)],
      nativeAttributes(this.binding, attributes),
    );
  }

  /** Adds an input of the graph. @returns its output */
  addPlaceholder(
    name: string,
    { shape, dtype }: { readonly shape: readonly number[]; readonly dtype: number },
  ): string {
    const type = { name: 'dtype', type: this.binding.TF_ATTR_TYPE, value: dtype };
    const size = { name: 'shape', type: this.binding.TF_ATTR_SHAPE, value: shape };
    return this.push(name, 'Placeholder', [], [type, size]);
  }

  /** Adds a constant. @returns its output */
  addConstant(name: string, value: TracedConstant): string {
    const type = { name: 'dtype', type: this.binding.TF_ATTR_TYPE, value: value.dtype };
    this.nodes.push({ name, op: 'Const', inputs: [], attributes: [type], value });
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
      const { name, inputs, outputs: given } = operation;
      const node = `${prefix}/${name}${index}`;
      this.push(node, name, inputs.map(outputOf), this.attributesOf(operation));
      given.forEach(({ id }, place) => outputs.set(id, `${node}:${place}`));
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

  /** Adds types that a graph requires. tfjs-node omits them, so that TensorFlow infers them, for one operation only. */
  private attributesOf({ name, attributes, outputs }: TracedOperation): readonly NativeAttribute[] {
    if (name !== 'ExpandDims') return attributes;
    const { TF_ATTR_TYPE, TF_INT32 } = this.binding;
    const typeOf = { name: 'T', type: TF_ATTR_TYPE, value: outputs[0].dtype };
    return [typeOf, { name: 'Tdim', type: TF_ATTR_TYPE, value: TF_INT32 }];
  }

  /** Reads a tensor by the addon's id. */
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

/** Returns the name of an output's or a control input's node. */
function nodeOf(output: string): string {
  return output.replace(/^\^/, '').replace(/:\d+$/, '');
}
