import type * as tf from '@tensorflow/tfjs';
import * as messages from '@tensorflow/tfjs-node-gpu/dist/proto/api_pb';
import { KINDS, type NativeAttribute, type NativeBackend } from '../native/addon';
import type { GraphNode, TracedConstant } from './builder';

let withFolder: ((model: Uint8Array, load: (folder: string) => number) => number) | undefined;

/**
 * Sets the function that {@link openSession} calls to write a SavedModel to a temporary folder and load it from there.
 * This module also runs in browsers, which have no files.
 */
export function provideModelFolder(provided: NonNullable<typeof withFolder>): void {
  withFolder = provided;
}

/**
 * Loads a graph.
 * @returns a session, which the caller disposes
 * @throws Error with TensorFlow's message for an invalid graph
 */
export function openSession(backend: NativeBackend, nodes: readonly GraphNode[]) {
  if (!withFolder) throw new Error('Expected startEngine to have started native TensorFlow but it has not');
  const { binding } = backend;
  const session = withFolder(encodeSavedModel(nodes), (folder) => binding.loadSavedModel(folder, GRAPH_TAG));
  return {
    /**
     * Computes outputs.
     * @param feeds the graph's placeholders by name
     * @param outputs as `name:0`
     * @returns the outputs in that order, which the surrounding tidy or the caller disposes
     * @throws Error with TensorFlow's message
     */
    run(feeds: Readonly<Record<string, tf.TensorInfo>>, outputs: readonly string[]): tf.Tensor[] {
      const inputs = Object.keys(feeds).map((name) => `${name}:0`);
      const ids = backend.getInputTensorIds(Object.values(feeds));
      // Read from the backend at each run: while a computation is traced, its binding throws for graphs.
      const given = backend.binding.runSavedModel(session, ids, inputs.join(), outputs.join());
      return given.map((output) => backend.createOutputTensor(output));
    },
    /** Computes outputs without feeds. @returns the addon's ids of the outputs, which the caller deletes */
    fetch: (outputs: readonly string[]): number[] =>
      backend.binding.runSavedModel(session, [], '', outputs.join()).map(({ id }) => id),
    /** Deletes the graph and its variables. */
    dispose: (): void => binding.deleteSavedModel(session),
  };
}

/** The tag of a written model's only graph. */
const GRAPH_TAG = 'graph';

/** The version of GraphDef; every TensorFlow 2 reads it. Source: TensorFlow 2.11. */
const PRODUCER = 1286;

/**
 * Encodes a graph as TensorFlow's SavedModel, the only format in which the addon loads graphs.
 * @param nodes in any order
 * @returns the bytes of the file saved_model.pb
 */
export function encodeSavedModel(nodes: readonly GraphNode[]): Uint8Array {
  const graph = new messages.GraphDef();
  for (const node of nodes) graph.addNode(toNode(node));
  graph.setVersions(assign(new messages.VersionDef(), { Producer: PRODUCER }));
  const info = new messages.MetaGraphDef.MetaInfoDef();
  info.addTags(GRAPH_TAG);
  const model = new messages.SavedModel();
  model.setSavedModelSchemaVersion(1);
  model.addMetaGraphs(assign(new messages.MetaGraphDef(), { MetaInfoDef: info, GraphDef: graph }));
  return model.serializeBinary();
}

function toNode(node: GraphNode): messages.Message {
  const { name, op, inputs, attributes, value } = node;
  const message = new messages.NodeDef();
  assign(message, { Name: name, Op: op, InputList: inputs });
  const map = message.getAttrMap();
  for (const attribute of attributes) map.set(attribute.name, toAttribute(attribute));
  if (value) map.set('value', assign(new messages.AttrValue(), { Tensor: toTensor(value) }));
  return message;
}

/** The setter of each kind's value in AttrValue. */
const SETTERS = {
  [KINDS.string]: 'S',
  [KINDS.int]: 'I',
  [KINDS.float]: 'F',
  [KINDS.bool]: 'B',
  [KINDS.type]: 'Type',
  [KINDS.shape]: 'Shape',
};

function toAttribute({ name, type, value }: NativeAttribute): messages.Message {
  const attribute = new messages.AttrValue();
  if (type === KINDS.int && Array.isArray(value))
    return assign(attribute, { List: assign(new messages.AttrValue.ListValue(), { IList: value }) });
  if (!(type in SETTERS) || Array.isArray(value) !== (type === KINDS.shape))
    throw new RangeError(
      `Expected one number, a list of integers, a text, a type or a shape for ${name} but received ${JSON.stringify(value)}`,
    );
  const encoded = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  const inner = Array.isArray(value) ? toShape(value) : encoded;
  return assign(attribute, { [SETTERS[type as keyof typeof SETTERS]]: inner });
}

function toTensor({ dtype, shape, values }: TracedConstant): messages.Message {
  const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const fields = { Dtype: dtype, TensorShape: toShape(shape), TensorContent: content };
  return assign(new messages.Tensor(), fields);
}

function toShape(shape: readonly number[]): messages.Message {
  const message = new messages.TensorShape();
  for (const size of shape) message.addDim(assign(new messages.TensorShape.Dim(), { Size: size }));
  return message;
}

function assign<M extends messages.Message>(message: M, values: Readonly<Record<string, unknown>>): M {
  for (const [name, value] of Object.entries(values)) message[`set${name}`](value);
  return message;
}
