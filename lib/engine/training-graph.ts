import * as tf from '@tensorflow/tfjs';
import type { AttributeValues, NativeBackend } from './native';
import { GraphBuilder } from './native-graph';
import { traceNative } from './native-trace';
import type { GraphNode } from './saved-model';

/** A batch that stands for all of its shape. */
export interface ExampleBatch {
  /** What differs from batch to batch, by name; complete when the loss was measured. */
  readonly feeds: ReadonlyMap<string, tf.Tensor>;
  /** Measures the mean loss, by operations alone. */
  loss(): tf.Scalar;
}

/** What is trained. */
export interface Trainee {
  /** What Adam moves, by name. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** What the loss itself assigns to, by name. */
  readonly buffers: ReadonlyMap<string, tf.Variable>;
}

/** A graph of training steps, not yet loaded. */
export interface TrainingGraph {
  readonly nodes: readonly GraphNode[];
  /** What a step on a batch of a size is fed, beside Adam's rates `adam/…`: `size/name`. */
  readonly feedNames: ReadonlyMap<number, readonly string[]>;
}

/** Name of the node that empties Adam's memory. */
export const EMPTY_MEMORY = 'emptyMemory';

const DTYPE: AttributeValues = { dtype: { type: 'float32' } };
const T: AttributeValues = { T: { type: 'float32' } };

/** Names of the nodes of a variable, whether the trainee's or Adam's: its value, and what loads a given one. */
export const nodesOf = (name: string) => ({
  handle: `${name}/handle`,
  read: `${name}/read`,
  given: `${name}/given`,
  load: `${name}/load`,
});

/** Names of Adam's memory of a parameter: mean, then square. */
export const slotsOf = (name: string) => [`${name}/mean`, `${name}/square`];

/**
 * Makes a graph of training steps from what tfjs does for one batch of each size: the loss, its gradients, the
 * buffers' new values. Adam is added to it.
 * @param trainee is as it was afterwards
 * @param examples a batch of each size, by its size
 */
export function buildTrainingGraph(
  backend: NativeBackend,
  trainee: Trainee,
  examples: ReadonlyMap<number, ExampleBatch>,
): TrainingGraph {
  const builder = new GraphBuilder(backend.binding);
  addVariables(builder, trainee);
  const feedNames = new Map(
    [...examples].map(([size, example]) => [size, addStep(builder, backend, { trainee, size, example })]),
  );
  return { nodes: builder.nodes, feedNames };
}

function addVariables(builder: GraphBuilder, { parameters, buffers }: Trainee): void {
  for (const [name, { shape }] of [...parameters, ...buffers]) addVariable(builder, name, shape);
  builder.addConstant('zero', { dtype: builder.floatType, shape: [], values: Float32Array.of(0) });
  const zeroed = [...parameters].flatMap(([name, { shape }]) =>
    slotsOf(name).map((slot) => {
      addVariable(builder, slot, shape);
      return assignNode(builder, `${slot}/zero`, [slot, addZeros(builder, slot, shape)]);
    }),
  );
  for (const rate of ['stepSize', 'epsilon', 'beta1', 'beta2']) addScalarPlaceholder(builder, `adam/${rate}`);
  builder.add({ name: EMPTY_MEMORY, op: 'Identity', inputs: ['zero:0'], attributes: T, waitsFor: zeroed });
}

function addZeros(builder: GraphBuilder, name: string, shape: readonly number[]): string {
  const values = Int32Array.from(shape);
  const size = builder.addConstant(`${name}/size`, { dtype: builder.intType, shape: [shape.length], values });
  return builder.add({ name: `${name}/zeros`, op: 'Fill', inputs: [size, 'zero:0'], attributes: T });
}

function addVariable(builder: GraphBuilder, name: string, shape: readonly number[]): void {
  const { handle, read, given, load } = nodesOf(name);
  const attributes = { ...DTYPE, shape: { shape }, shared_name: name, container: '' };
  builder.add({ name: handle, op: 'VarHandleOp', attributes });
  builder.add({ name: read, op: 'ReadVariableOp', inputs: [`${handle}:0`], attributes: DTYPE });
  builder.addPlaceholder(given, { shape, dtype: builder.floatType });
  const assigned = assignNode(builder, `${name}/assign`, [name, `${given}:0`]);
  builder.add({ name: load, op: 'Shape', inputs: [`${given}:0`], attributes: T, waitsFor: [assigned] });
}

function addScalarPlaceholder(builder: GraphBuilder, name: string): void {
  builder.addPlaceholder(name, { shape: [], dtype: builder.floatType });
}

function assignNode(
  builder: GraphBuilder,
  node: string,
  [variable, value]: readonly [string, string],
): string {
  const inputs = [`${nodesOf(variable).handle}:0`, value];
  builder.add({ name: node, op: 'AssignVariableOp', inputs, attributes: DTYPE });
  return node;
}

/** What a step is made from. */
interface StepSource {
  readonly trainee: Trainee;
  readonly size: number;
  readonly example: ExampleBatch;
}

/** Adds the step on batches of a size. @returns the names of its feeds */
function addStep(builder: GraphBuilder, backend: NativeBackend, source: StepSource): string[] {
  const { trainee, size, example } = source;
  return tf.tidy(() => {
    const variables = [...trainee.parameters.values()];
    const { known, before } = rememberVariables(backend, trainee);
    const { result, trace } = traceNative(backend, () => tf.variableGrads(() => example.loss(), variables));
    const feeds = [...example.feeds].filter(([, tensor]) => idOf(backend, tensor) >= 0);
    for (const [name, tensor] of feeds) known.set(idOf(backend, tensor), addFeed(builder, `${size}/${name}`, tensor)); // prettier-ignore
    const outputOfId = builder.addTrace(String(size), trace, known);
    const outputOf = (tensor: tf.Tensor) => outputOfId(backend.getInputTensorIds([tensor])[0]);
    const moved = [...trainee.parameters].flatMap(([name, variable]) => {
      const gradient: tf.Tensor | undefined = result.grads[variable.name];
      return gradient ? [addAdam(builder, { name, size, gradient: outputOf(gradient) })] : [];
    });
    const assigned = [...trainee.buffers].map(([name, variable]) =>
      assignNode(builder, `${size}/${name}`, [name, outputOf(variable)]),
    );
    before.forEach((value, variable) => variable.assign(value));
    const waitsFor = [...moved, ...assigned];
    builder.add({ name: `${size}/loss`, op: 'Identity', inputs: [outputOf(result.value)], attributes: T, waitsFor }); // prettier-ignore
    return feeds.map(([name]) => name);
  });
}

/** Tells the variables' tensors apart, and keeps what the loss will assign to. */
function rememberVariables(backend: NativeBackend, { parameters, buffers }: Trainee) {
  const variables = [...parameters, ...buffers];
  const ids = backend.getInputTensorIds(variables.map(([, variable]) => variable));
  const known = new Map(ids.map((id, index) => [id, `${nodesOf(variables[index][0]).read}:0`]));
  const before = new Map([...buffers.values()].map((variable) => [variable, variable.clone()]));
  return { known, before };
}

/** The addon's number of a tensor; -1 when it was not handed over, as no operation took it. */
function idOf(backend: NativeBackend, tensor: tf.Tensor): number {
  return backend.tensorMap.get(tensor.dataId).id;
}

function addFeed(builder: GraphBuilder, name: string, { shape, dtype }: tf.Tensor): string {
  return builder.addPlaceholder(name, { shape, dtype: dtype === 'int32' ? builder.intType : builder.floatType }); // prettier-ignore
}

/**
 * Adds Adam's step of a parameter. It waits until nothing else wants the old values: TensorFlow would copy them first.
 * @returns the node's name
 */
function addAdam(
  builder: GraphBuilder,
  { name, size, gradient }: { readonly name: string; readonly size: number; readonly gradient: string },
): string {
  const node = `${size}/adam/${name}`;
  const handles = [name, ...slotsOf(name)].map((variable) => `${nodesOf(variable).handle}:0`);
  // Powers of beta given as 0 turn the kernel's own bias correction off: the step size has it already.
  const rates = ['zero', 'zero', 'adam/stepSize', 'adam/beta1', 'adam/beta2', 'adam/epsilon'];
  builder.add({
    name: node,
    op: 'ResourceApplyAdam',
    inputs: [...handles, ...rates.map((rate) => `${rate}:0`), gradient],
    attributes: { ...T, use_locking: false, use_nesterov: false },
    waitsFor: builder
      .takersBeside(`${nodesOf(name).read}:0`, gradient)
      .filter((taker) => taker.startsWith(`${size}/`)),
  });
  return node;
}
