import * as tf from '@tensorflow/tfjs';
import type { AdamWRates } from '../adam-slots';
import type { AttributeValues, NativeBackend } from '../native/addon';
import { GraphBuilder } from './builder';
import type { GraphNode } from './saved-model';
import { traceStep, type ExamplePair, type Trainee } from './trace-training';

/** A graph of training steps that is not loaded yet. */
interface TrainingGraph {
  readonly nodes: readonly GraphNode[];
  /** Names of a step's feeds other than Adam's coefficients, by batch size. */
  readonly feedNames: ReadonlyMap<number, readonly string[]>;
}

/** Returns the placeholder of a feed, for batches of a size. */
export const feedName = (size: number, name: string): string => `${size}/${name}`;

/** Returns the output that takes a step on a batch of a size. Its value is the loss before the step. */
export const lossOutput = (size: number): string => `${size}/loss:0`;

/** Returns the placeholder of one of Adam's coefficients. */
export const rateName = (rate: keyof AdamWRates): string => `rate/${rate}`;

/** Returns the variables that hold Adam's moment estimates of a parameter: mean and square. */
export const momentNames = (parameter: string): readonly [string, string] => [
  `mean/${parameter}`,
  `square/${parameter}`,
];

/** Returns a variable's nodes: its value (`read`), the placeholder of a new value (`given`), and its assignment (`load`). */
export const variableNodes = (
  variable: string,
): { readonly handle: string; readonly read: string; readonly given: string; readonly load: string } => ({
  handle: `${variable}/handle`,
  read: `${variable}/read`,
  given: `${variable}/given`,
  load: `${variable}/load`,
});

/** The output that sets Adam's moment estimates to 0. */
export const RESET_MOMENTS = 'emptyMemory:0';

/** Adam's coefficients, which are feeds of every step. */
export const RATES = [
  'stepSize',
  'beta1',
  'beta2',
  'epsilon',
  'keep',
] as const satisfies readonly (keyof AdamWRates)[];

const DTYPE: AttributeValues = { dtype: { type: 'float32' } };
const T: AttributeValues = { T: { type: 'float32' } };

/**
 * Builds a graph of training steps from the operations that tfjs runs for one batch of each size: the loss, its
 * gradients, and the new values of the buffers. Adam's operations are added.
 * @param trainee unchanged afterwards
 * @param examples by batch size
 * @throws Error when a loss reads tensor values, or when the two examples of a size differ in more than their feeds
 */
export function buildTrainingGraph(
  backend: NativeBackend,
  trainee: Trainee,
  examples: ReadonlyMap<number, ExamplePair>,
): TrainingGraph {
  const builder = new GraphBuilder(backend.binding);
  addVariables(builder, trainee);
  const feedNames = new Map(
    [...examples].map(([size, pair]) => [size, addStep(builder, backend, { trainee, size, pair })]),
  );
  return { nodes: builder.nodes, feedNames };
}

function addVariables(builder: GraphBuilder, { parameters, buffers }: Trainee): void {
  for (const [name, { shape }] of [...parameters, ...buffers]) addVariable(builder, name, shape);
  builder.addConstant('zero', { dtype: builder.floatType, shape: [], values: Float32Array.of(0) });
  const resets = [...parameters].flatMap(([name, { shape }]) =>
    momentNames(name).map((slot) => {
      addVariable(builder, slot, shape);
      return addAssignment(builder, `${slot}/empty`, [slot, addZeros(builder, slot, shape)]);
    }),
  );
  for (const rate of RATES) builder.addPlaceholder(rateName(rate), { shape: [], dtype: builder.floatType });
  const [name] = RESET_MOMENTS.split(':');
  builder.add({ name, op: 'Identity', inputs: ['zero:0'], attributes: T, controlInputs: resets });
}

function addZeros(builder: GraphBuilder, name: string, shape: readonly number[]): string {
  const values = Int32Array.from(shape);
  const size = builder.addConstant(`${name}/size`, { dtype: builder.intType, shape: [shape.length], values });
  return builder.add({ name: `${name}/zeros`, op: 'Fill', inputs: [size, 'zero:0'], attributes: T });
}

function addVariable(builder: GraphBuilder, name: string, shape: readonly number[]): void {
  const { handle, read, given, load } = variableNodes(name);
  const attributes = { ...DTYPE, shape: { shape }, shared_name: name, container: '' };
  builder.add({ name: handle, op: 'VarHandleOp', attributes });
  builder.add({ name: read, op: 'ReadVariableOp', inputs: [`${handle}:0`], attributes: DTYPE });
  const fed = builder.addPlaceholder(given, { shape, dtype: builder.floatType });
  // A fed tensor may use V8's memory, which a thread of TensorFlow must not release. The variable therefore gets a copy.
  const copy = builder.add({ name: `${name}/copy`, op: 'DeepCopy', inputs: [fed], attributes: T });
  const assigned = addAssignment(builder, `${name}/assign`, [name, copy]);
  builder.add({ name: load, op: 'Shape', inputs: [fed], attributes: T, controlInputs: [assigned] });
}

/** @returns the node's name */
function addAssignment(
  builder: GraphBuilder,
  node: string,
  [variable, value]: readonly [string, string],
  controlInputs: readonly string[] = [],
): string {
  const inputs = [`${variableNodes(variable).handle}:0`, value];
  builder.add({ name: node, op: 'AssignVariableOp', inputs, attributes: DTYPE, controlInputs });
  return node;
}

/** Inputs of {@link addStep}. */
interface StepSource {
  readonly trainee: Trainee;
  readonly size: number;
  readonly pair: ExamplePair;
}

/** Adds a step on batches of one size. @returns the names of its feeds */
function addStep(
  builder: GraphBuilder,
  backend: NativeBackend,
  { trainee, size, pair }: StepSource,
): string[] {
  return tf.tidy(() => {
    const known = nameVariables(backend, trainee);
    const { trace, feeds, loss, gradients, updates } = traceStep(backend, trainee, pair);
    for (const [id, { name, tensor }] of feeds) {
      const dtype = tensor.dtype === 'int32' ? builder.intType : builder.floatType;
      known.set(id, builder.addPlaceholder(feedName(size, name), { shape: tensor.shape, dtype }));
    }
    const outputOf = builder.addTrace(String(size), trace, known);
    const moved = gradients.map(([name, id]) =>
      addAdam(builder, { name, size, gradient: outputOf(id), decays: trainee.decays ?? false }),
    );
    const assigned = updates.map(([name, id]) => addUpdate(builder, { name, size, value: outputOf(id) }));
    const [node] = lossOutput(size).split(':');
    const controlInputs = [...moved, ...assigned];
    builder.add({ name: node, op: 'Identity', inputs: [outputOf(loss)], attributes: T, controlInputs });
    return Array.from(feeds.values(), ({ name }) => name);
  });
}

/** Returns the graph's outputs in place of the variables' tensors, by the addon's ids. */
function nameVariables(backend: NativeBackend, { parameters, buffers }: Trainee): Map<number, string> {
  const known = new Map<number, string>();
  for (const [name, variable] of [...parameters, ...buffers]) {
    // Variables that were made from the same tensor share its id until one of them gets its own tensor.
    if (known.has(backend.getInputTensorIds([variable])[0])) variable.assign(variable.add(0));
    known.set(backend.getInputTensorIds([variable])[0], `${variableNodes(name).read}:0`);
  }
  return known;
}

/** Adds the assignment of a buffer's new value, after the old value was read. @returns the node's name */
function addUpdate(
  builder: GraphBuilder,
  { name, size, value }: { readonly name: string; readonly size: number; readonly value: string },
): string {
  return addAssignment(builder, `${size}/update/${name}`, [name, value], [variableNodes(name).read]);
}

/** One parameter's update on batches of one size. */
interface AdamStep {
  readonly name: string;
  readonly size: number;
  /** Output of the graph. */
  readonly gradient: string;
  readonly decays: boolean;
}

/**
 * Adds Adam's update of a parameter. It runs after all other consumers of the old value; otherwise TensorFlow would
 * copy the value first.
 * @returns the node's name
 */
function addAdam(builder: GraphBuilder, { name, size, gradient, decays }: AdamStep): string {
  const node = `${size}/adam/${name}`;
  const { read } = variableNodes(name);
  const handles = [name, ...momentNames(name)].map((variable) => `${variableNodes(variable).handle}:0`);
  const [stepSize, beta1, beta2, epsilon] = RATES.map(rateName);
  // Powers of beta of 0 turn off the kernel's bias correction, which the step size already contains.
  const rates = ['zero', 'zero', stepSize, beta1, beta2, epsilon].map((rate) => `${rate}:0`);
  const consumers = builder.findOtherConsumers(`${read}:0`, gradient);
  builder.add({
    name: node,
    op: 'ResourceApplyAdam',
    inputs: [...handles, ...rates, gradient],
    attributes: { ...T, use_locking: false, use_nesterov: false },
    controlInputs: [
      read,
      ...consumers.filter((consumer) => consumer.startsWith(`${size}/`)),
      ...(decays ? [addDecay(builder, name, size)] : []),
    ],
  });
  return node;
}

/** Adds AdamW's weight decay of a parameter, before Adam's update. @returns the node's name */
function addDecay(builder: GraphBuilder, name: string, size: number): string {
  const inputs = [`${variableNodes(name).read}:0`, `${rateName('keep')}:0`];
  const decayed = builder.add({ name: `${size}/decayed/${name}`, op: 'Mul', inputs, attributes: T });
  return addAssignment(builder, `${size}/decay/${name}`, [name, decayed]);
}
