import * as tf from '@tensorflow/tfjs';
import type { AdamRates, AdamValues } from './adam-slots';
import type { AttributeValues, NativeBackend } from './native';
import { GraphBuilder } from './native-graph';
import { openSession, type NativeSession } from './native-session';
import { traceNative } from './native-trace';
import { viewVariable, type VariableView } from './native-view';

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

/** Training steps as one graph, which holds the weights and what Adam remembers. */
export interface NativeTraining {
  /** Tells which feeds a batch of a size takes; undefined where no example had that size. */
  feedNames(size: number): readonly string[] | undefined;
  /** Takes a step on a batch. @returns its loss before the step, which the caller disposes */
  step(size: number, feeds: Readonly<Record<string, tf.Tensor>>, rates: AdamRates): tf.Scalar;
  /** Reads what Adam remembers of a parameter. */
  readSlots(name: string): AdamValues;
  /** Puts back what {@link readSlots} gave. */
  restoreSlots(name: string, values: AdamValues): void;
  dispose(): void;
}

const DTYPE: AttributeValues = { dtype: { type: 'float32' } };
const T: AttributeValues = { T: { type: 'float32' } };

/** Names of a variable's nodes. */
const nodesOf = (name: string) => ({
  handle: `${name}/handle`,
  read: `${name}/read`,
  given: `${name}/given`,
  load: `${name}/load`,
});

/**
 * Makes a graph of training steps from what tfjs does for one batch of each size: the loss, its gradients, the
 * buffers' new values; Adam is added to it. TensorFlow then runs a step without JavaScript, both branches of a network
 * side by side, convolutions with bias and relu in one.
 * @param trainee becomes a view of the graph's variables; what is assigned to it goes into the graph
 * @param examples a batch of each size that there will be, by its size
 * @returns the caller disposes it; the trainee then has its numbers for itself
 */
export function compileTraining(
  backend: NativeBackend,
  trainee: Trainee,
  examples: ReadonlyMap<number, ExampleBatch>,
): NativeTraining {
  const builder = new GraphBuilder(backend.binding);
  addVariables(builder, trainee);
  const feedNames = new Map(
    [...examples].map(([size, example]) => [size, addStep(builder, backend, { trainee, size, example })]),
  );
  const session = openSession(backend, builder.nodes);
  tf.dispose(session.run({}, ['zeroed:0']));
  return toTraining(session, feedNames, viewTrainee(backend, session, trainee));
}

/** A variable of the trainee's, by its name. */
interface NamedView extends VariableView {
  readonly name: string;
  readonly variable: tf.Variable;
}

function viewTrainee(
  backend: NativeBackend,
  session: NativeSession,
  { parameters, buffers }: Trainee,
): NamedView[] {
  return [...parameters, ...buffers].map(([name, variable]) => {
    const fetch = () => session.fetch(`${nodesOf(name).read}:0`);
    return { name, variable, ...viewVariable(backend, variable, fetch) };
  });
}

function toTraining(
  session: NativeSession,
  feedNames: ReadonlyMap<number, readonly string[]>,
  views: readonly NamedView[],
): NativeTraining {
  const takeOver = () => {
    const assigned = views.filter((view) => view.isForeign());
    if (assigned.length > 0) load(session, assigned.map(({ name, variable }) => [name, variable])); // prettier-ignore
    views.forEach((view) => view.letGo());
  };
  return {
    feedNames: (size) => feedNames.get(size),
    step(size, feeds, { stepSize, epsilon, beta1, beta2 }) {
      takeOver();
      const rates = { stepSize, epsilon, beta1, beta2 };
      return tf.tidy(() => {
        const named = Object.entries(feeds).map(([name, tensor]) => [`${size}/${name}`, tensor] as const);
        const scalars = Object.entries(rates).map(([name, rate]) => [`adam/${name}`, tf.scalar(rate)] as const); // prettier-ignore
        return session.run(Object.fromEntries([...named, ...scalars]), [`${size}/loss:0`])[0] as tf.Scalar;
      });
    },
    readSlots(name) {
      const [mean, square] = session.run({}, slotsOf(name).map((slot) => `${nodesOf(slot).read}:0`)); // prettier-ignore
      const values = { mean: mean.dataSync() as Float32Array, square: square.dataSync() as Float32Array };
      tf.dispose([mean, square]);
      return values;
    },
    restoreSlots(name, { mean, square }) {
      const { shape } = views.find((view) => view.name === name)!.variable;
      const tensors = [mean, square].map((values) => tf.tensor(values.slice(), shape));
      load(session, slotsOf(name).map((slot, index) => [slot, tensors[index]])); // prettier-ignore
      tf.dispose(tensors);
    },
    dispose() {
      views.forEach((view) => view.settle());
      session.dispose();
    },
  };
}

/** Names of Adam's memory of a parameter. */
const slotsOf = (name: string) => [`${name}/mean`, `${name}/square`];

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
  builder.add({ name: 'zeroed', op: 'Identity', inputs: ['zero:0'], attributes: T, waitsFor: zeroed });
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

function load(session: NativeSession, values: readonly (readonly [string, tf.Tensor])[]): void {
  const feeds = values.map(([name, value]) => [nodesOf(name).given, value] as const);
  const loads = values.map(([name]) => `${nodesOf(name).load}:0`);
  tf.dispose(session.run(Object.fromEntries(feeds), loads));
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
    const outputs = builder.addTrace(String(size), trace, known);
    const outputOf = (tensor: tf.Tensor) => outputs.get(idOf(backend, tensor))!;
    const moved = [...trainee.parameters].map(([name, variable]) =>
      addAdam(builder, { name, size, gradient: outputOf(result.grads[variable.name]) }),
    );
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

/** The addon's number of a tensor; -1 when it was not handed over. */
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
