import type * as tf from '@tensorflow/tfjs';
import * as messages from '@tensorflow/tfjs-node-gpu/dist/proto/api_pb';
import type { NativeAttribute, NativeBackend, NativeBinding } from '../native/addon';
import type { GraphNode, TracedConstant } from './builder';

/** A graph that TensorFlow has loaded and optimised. */
export interface NativeSession {
  /**
   * Computes outputs.
   * @param feeds the graph's placeholders by name
   * @param outputs as `name:0`
   * @returns the outputs in that order, which the surrounding tidy or the caller disposes
   * @throws Error with TensorFlow's message
   */
  run(feeds: Readonly<Record<string, tf.TensorInfo>>, outputs: readonly string[]): tf.Tensor[];
  /** Computes outputs without feeds. @returns the addon's ids of the outputs, which the caller deletes */
  fetch(outputs: readonly string[]): number[];
  /** Deletes the graph and its variables. */
  dispose(): void;
}

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
export function openSession(backend: NativeBackend, nodes: readonly GraphNode[]): NativeSession {
  const { binding } = backend;
  const model = encodeSavedModel(nodes, binding);
  if (!withFolder) throw new Error('Expected startEngine to have started native TensorFlow but it has not');
  const session = withFolder(model, (folder) => binding.loadSavedModel(folder, GRAPH_TAG));
  return {
    run(feeds, outputs) {
      const inputs = Object.keys(feeds).map((name) => `${name}:0`);
      const ids = backend.getInputTensorIds(Object.values(feeds));
      // Read from the backend at each run: while a computation is traced, its binding throws for graphs.
      const given = backend.binding.runSavedModel(session, ids, inputs.join(), outputs.join());
      return given.map((output) => backend.createOutputTensor(output));
    },
    fetch: (outputs) => backend.binding.runSavedModel(session, [], '', outputs.join()).map(({ id }) => id),
    dispose: () => binding.deleteSavedModel(session),
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
export function encodeSavedModel(nodes: readonly GraphNode[], kinds: NativeBinding): Uint8Array {
  const graph = new messages.GraphDef();
  for (const node of nodes) graph.addNode(toNode(node, kinds));
  graph.setVersions(assign(new messages.VersionDef(), { Producer: PRODUCER }));
  const info = new messages.MetaGraphDef.MetaInfoDef();
  info.addTags(GRAPH_TAG);
  const model = new messages.SavedModel();
  model.setSavedModelSchemaVersion(1);
  model.addMetaGraphs(assign(new messages.MetaGraphDef(), { MetaInfoDef: info, GraphDef: graph }));
  return model.serializeBinary();
}

function toNode(node: GraphNode, kinds: NativeBinding): messages.Message {
  const { name, op, inputs, attributes, value } = node;
  const message = new messages.NodeDef();
  assign(message, { Name: name, Op: op, InputList: inputs });
  const map = message.getAttrMap();
  for (const attribute of attributes) map.set(attribute.name, toAttribute(attribute, kinds));
  if (value) map.set('value', assign(new messages.AttrValue(), { Tensor: toTensor(value) }));
  return message;
}

function toAttribute({ name, type, value }: NativeAttribute, kinds: NativeBinding): messages.Message {
  const attribute = new messages.AttrValue();
  if (type === kinds.TF_ATTR_SHAPE) return assign(attribute, { Shape: toShape(value as number[]) });
  if (type === kinds.TF_ATTR_INT && Array.isArray(value)) {
    return assign(attribute, { List: assign(new messages.AttrValue.ListValue(), { IList: value }) });
  }
  if (type === kinds.TF_ATTR_STRING)
    return assign(attribute, { S: new TextEncoder().encode(value as string) });
  const { TF_ATTR_INT, TF_ATTR_FLOAT, TF_ATTR_BOOL, TF_ATTR_TYPE } = kinds;
  const setters = { [TF_ATTR_INT]: 'I', [TF_ATTR_FLOAT]: 'F', [TF_ATTR_BOOL]: 'B', [TF_ATTR_TYPE]: 'Type' };
  const setter = setters[type];
  if (!setter || Array.isArray(value))
    throw new RangeError(
      `Expected one number, a list of integers, a text, a type or a shape for ${name} but received ${JSON.stringify(value)}`,
    );
  return assign(attribute, { [setter]: value });
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
