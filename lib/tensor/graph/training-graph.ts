import * as tf from '@tensorflow/tfjs';
import type { AdamRates, Moments } from '../adam';
import { TYPES, type AttributeValues, type NativeBackend } from '../native/addon';
import { GraphBuilder, traceNative, type NativeTrace } from './builder';

/** An example batch; its trace is reused for every batch of the same size. */
interface ExampleBatch {
  /** Tensors that differ between batches, by name. The map is complete after `loss` was called. */
  readonly feeds: ReadonlyMap<string, tf.Tensor>;
  /** Computes the mean loss with tensor operations only; the surrounding tidy disposes it. */
  loss(): tf.Scalar;
}

/** Two batches of one size. They may differ in their feeds only. */
export type ExamplePair = readonly [ExampleBatch, ExampleBatch];

/** The variables that training changes. */
export interface Trainee {
  /** Variables that Adam updates, by name. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** Variables that the loss computation assigns, by name. */
  readonly buffers: ReadonlyMap<string, tf.Variable>;
  /** Returns Adam's moment estimates of a parameter. */
  readonly momentsOf: (parameter: tf.Variable) => Moments;
  /** Whether each step applies AdamW's weight decay. */
  readonly decays: boolean;
}

/** Returns all variables of a trainee by their names in the graph. */
export function variablesOf({ parameters, buffers, momentsOf }: Trainee): Map<string, tf.Variable> {
  const moments = [...parameters].flatMap(([name, parameter]) => {
    const { mean, square } = momentsOf(parameter);
    return [[`mean/${name}`, mean] as const, [`square/${name}`, square] as const];
  });
  return new Map([...parameters, ...buffers, ...moments]);
}

const DTYPE: AttributeValues = { dtype: { type: TYPES.float32 } };
const T: AttributeValues = { T: { type: TYPES.float32 } };

/** Adam's coefficients, which are feeds of every step. */
const RATES: readonly (keyof AdamRates)[] = ['stepSize', 'beta1', 'beta2', 'epsilon', 'keep'];

/**
 * Builds a graph of training steps from the operations that tfjs runs for one batch of each size: the loss, its
 * gradients, and the new values of the buffers. Adam's operations are added.
 * @param trainee unchanged afterwards
 * @param examples by batch size
 * @returns the nodes, and the names of a step's feeds by batch size. The placeholders are `SIZE/FEED` and `rate/RATE`;
 *   the output `SIZE/loss:0` takes a step, and its value is the loss before the step. `VARIABLE/read:0` is a variable's
 *   value; `VARIABLE/load:0` assigns the placeholder `VARIABLE/given`
 * @throws Error when a loss reads tensor values, or when the two examples of a size differ in more than their feeds: a
 *   graph would use the first example's constants for all batches
 */
export function buildTrainingGraph(
  backend: NativeBackend,
  trainee: Trainee,
  examples: ReadonlyMap<number, ExamplePair>,
) {
  const builder = new GraphBuilder(backend);
  for (const [name, { shape }] of variablesOf(trainee)) addVariable(builder, name, shape);
  builder.addConstant('zero', { dtype: TYPES.float32, shape: [], values: Float32Array.of(0) });
  for (const rate of RATES) builder.addPlaceholder(`rate/${rate}`, []);
  const feedNames = new Map<number, readonly string[]>();
  for (const [size, pair] of examples)
    feedNames.set(
      size,
      tf.tidy(() => addStep(builder, trainee, size, pair)),
    );
  return { nodes: builder.nodes, feedNames };
}

function addVariable(builder: GraphBuilder, name: string, shape: readonly number[]): void {
  const attributes = { ...DTYPE, shape: { shape }, shared_name: name, container: '' };
  const handle = builder.add({ name: `${name}/handle`, op: 'VarHandleOp', attributes });
  builder.add({ name: `${name}/read`, op: 'ReadVariableOp', inputs: [handle], attributes: DTYPE });
  const given = builder.addPlaceholder(`${name}/given`, shape);
  // A fed tensor may use V8's memory, which a thread of TensorFlow must not release. The variable therefore gets a copy.
  const copy = builder.add({ name: `${name}/copy`, op: 'DeepCopy', inputs: [given], attributes: T });
  const controlInputs = [addAssignment(builder, `${name}/assign`, [name, copy])];
  builder.add({ name: `${name}/load`, op: 'Shape', inputs: [given], attributes: T, controlInputs });
}

/** @returns the node's name */
function addAssignment(
  builder: GraphBuilder,
  node: string,
  [variable, value]: readonly [string, string],
  controlInputs: readonly string[] = [],
): string {
  const inputs = [`${variable}/handle:0`, value];
  builder.add({ name: node, op: 'AssignVariableOp', inputs, attributes: DTYPE, controlInputs });
  return node;
}

/** Adds a step on batches of one size. @returns the names of its feeds */
function addStep(builder: GraphBuilder, trainee: Trainee, size: number, pair: ExamplePair): string[] {
  const outputs = nameVariables(builder.backend, trainee);
  const [first, second] = pair.map((example) => traceBatch(builder.backend, trainee, example));
  expectSameConstants(first, second);
  for (const [id, { name, shape, dtype }] of first.feeds)
    outputs.set(id, builder.addPlaceholder(`${size}/${name}`, shape, dtype));
  const outputOf = builder.addTrace(String(size), first.trace, outputs);
  const changes = [
    ...first.gradients.map(([name, id]) =>
      addAdam(builder, `${size}/`, [name, outputOf(id)], trainee.decays),
    ),
    // A buffer's new value is assigned after the old value was read.
    ...first.updates.map(([name, id]) =>
      addAssignment(builder, `${size}/update/${name}`, [name, outputOf(id)], [`${name}/read`]),
    ),
  ];
  const inputs = [outputOf(first.loss)];
  builder.add({ name: `${size}/loss`, op: 'Identity', inputs, attributes: T, controlInputs: changes });
  return Array.from(first.feeds.values(), ({ name }) => name);
}

/**
 * Adds Adam's update of a parameter. It runs after all other consumers of the old value; otherwise TensorFlow would
 * copy the value first.
 * @param prefix of the step's nodes
 * @returns the node's name
 */
function addAdam(
  builder: GraphBuilder,
  prefix: string,
  [name, gradient]: readonly [string, string],
  decays: boolean,
): string {
  const handles = [name, `mean/${name}`, `square/${name}`].map((variable) => `${variable}/handle:0`);
  // Powers of beta of 0 turn off the kernel's bias correction, which the step size already contains.
  const [stepSize, beta1, beta2, epsilon, keep] = RATES.map((rate) => `rate/${rate}:0`);
  const rates = ['zero:0', 'zero:0', stepSize, beta1, beta2, epsilon];
  const consumers = builder.findOtherConsumers(`${name}/read:0`, gradient);
  const controlInputs = [`${name}/read`, ...consumers.filter((consumer) => consumer.startsWith(prefix))];
  if (decays) {
    const inputs = [`${name}/read:0`, keep];
    const decayed = builder.add({ name: `${prefix}decayed/${name}`, op: 'Mul', inputs, attributes: T });
    controlInputs.push(addAssignment(builder, `${prefix}decay/${name}`, [name, decayed]));
  }
  builder.add({
    name: `${prefix}adam/${name}`,
    op: 'ResourceApplyAdam',
    inputs: [...handles, ...rates, gradient],
    attributes: { ...T, use_locking: false, use_nesterov: false },
    controlInputs,
  });
  return `${prefix}adam/${name}`;
}

/** Returns the graph's outputs in place of the variables' tensors, by the addon's id. */
function nameVariables(backend: NativeBackend, { parameters, buffers }: Trainee): Map<number, string> {
  const known = new Map<number, string>();
  const idOf = (variable: tf.Variable) => backend.getInputTensorIds([variable])[0];
  for (const [name, variable] of [...parameters, ...buffers]) {
    // Variables that were made from the same tensor share its id until one of them gets its own tensor.
    if (known.has(idOf(variable))) variable.assign(variable.add(0));
    known.set(idOf(variable), `${name}/read:0`);
  }
  return known;
}

/**
 * Traces the operations that tfjs runs for a batch: the loss, its gradients, and the buffers' new values. The surrounding
 * tidy disposes their tensors, and the buffers get their old values again.
 * @returns the trace, the feeds that an operation used by the addon's id, and the addon's ids of the results: gradients
 *   by the parameters that the loss depends on, and the new value of each buffer
 */
function traceBatch(backend: NativeBackend, { parameters, buffers }: Trainee, { feeds, loss }: ExampleBatch) {
  const idOf = (tensor: tf.Tensor) => backend.getInputTensorIds([tensor])[0];
  const before = [...buffers.values()].map((variable) => [variable, variable.clone()] as const);
  try {
    const measure = () => tf.variableGrads(loss, [...parameters.values()]);
    const { result, trace } = traceNative(backend, measure);
    const gradients = [...parameters].flatMap(([name, variable]) => {
      const gradient: tf.Tensor | undefined = result.grads[variable.name];
      return gradient ? [[name, idOf(gradient)] as const] : [];
    });
    // The clone keeps the new value when the old one is restored below.
    const updates = [...buffers].map(([name, variable]) => [name, idOf(variable.clone())] as const);
    const fed = Array.from(feeds, ([name, { dataId, shape }]) => {
      const { id, dtype } = backend.tensorMap.get(dataId);
      return [id, { name, shape, dtype }] as const;
    });
    // A tensor that no operation used has no id in the addon.
    const used = new Map(fed.filter(([id]) => id >= 0));
    return { trace, feeds: used, loss: idOf(result.value), gradients, updates };
  } finally {
    for (const [variable, value] of before) variable.assign(value);
  }
}

/** The constants of a traced batch, and its feeds by the addon's id. */
interface BatchConstants {
  readonly trace: NativeTrace;
  readonly feeds: ReadonlyMap<number, unknown>;
}

function expectSameConstants(first: BatchConstants, second: BatchConstants): void {
  const constantsOf = ({ trace, feeds }: BatchConstants) =>
    [...trace.constants].filter(([id]) => !feeds.has(id)).map(([, { values }]) => values);
  // The first trace may have more: a tensor from outside is copied to TensorFlow once, at its first use.
  const waiting = constantsOf(first);
  for (const values of constantsOf(second)) {
    const place = waiting.findIndex(
      (other) => values.length === other.length && values.every((value, i) => Object.is(value, other[i])),
    );
    if (place < 0) {
      throw new Error(
        "Expected the same numbers for every batch but JavaScript gives each its own: draw them from the inputs or by dropout's seeds",
      );
    }
    waiting.splice(0, place + 1);
  }
}
