import * as tf from '@tensorflow/tfjs';
import type { AdamWRates } from '../adam-slots';
import type { AttributeValues, NativeBackend } from '../native/addon';
import { GraphBuilder } from './builder';
import type { GraphNode } from './saved-model';
import { traceStep, type ExamplePair, type Trainee } from './trace-training';

/** A graph of training steps, not yet loaded. */
export interface TrainingGraph {
  readonly nodes: readonly GraphNode[];
  /** Names of what a step is fed, beside Adam's rates, by the size of its batch. */
  readonly feedNames: ReadonlyMap<number, readonly string[]>;
}

/** Gives the placeholder of what a step on a batch of a size is fed. */
export const feedNode = (size: number, name: string): string => `${size}/${name}`;

/** Gives the output that takes a step on a batch of a size: its loss before the step. */
export const lossOutput = (size: number): string => `${size}/loss:0`;

/** Gives the placeholder of one of Adam's numbers. */
export const rateNode = (rate: keyof AdamWRates): string => `rate/${rate}`;

/** Gives the names of Adam's memory of a parameter, which are variables too: mean and square. */
export const slotsOf = (parameter: string): readonly [string, string] => [
  `mean/${parameter}`,
  `square/${parameter}`,
];

/** Gives a variable's nodes: its value (`read`), and what loads (`load`) a value that is fed (`given`). */
export const nodesOf = (
  variable: string,
): { readonly handle: string; readonly read: string; readonly given: string; readonly load: string } => ({
  handle: `${variable}/handle`,
  read: `${variable}/read`,
  given: `${variable}/given`,
  load: `${variable}/load`,
});

/** The output that empties Adam's memory. */
export const EMPTY_MEMORY = 'emptyMemory:0';

/** Adam's numbers, which every step is fed. */
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
 * Makes a graph of training steps from what tfjs does for one batch of each size: the loss, its gradients, the
 * buffers' new values. Adam is added to it.
 * @param trainee is as it was afterwards
 * @param examples of each size of a batch, by that size
 * @throws Error when a loss reads numbers, or when its two examples differ in more than their feeds
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
  const emptied = [...parameters].flatMap(([name, { shape }]) =>
    slotsOf(name).map((slot) => {
      addVariable(builder, slot, shape);
      return addAssignment(builder, `${slot}/empty`, [slot, addZeros(builder, slot, shape)]);
    }),
  );
  for (const rate of RATES) builder.addPlaceholder(rateNode(rate), { shape: [], dtype: builder.floatType });
  const [name] = EMPTY_MEMORY.split(':');
  builder.add({ name, op: 'Identity', inputs: ['zero:0'], attributes: T, waitsFor: emptied });
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
  const fed = builder.addPlaceholder(given, { shape, dtype: builder.floatType });
  // What is fed may be V8's memory: were it kept, a thread of TensorFlow's would give it back, which V8 does not allow.
  const copy = builder.add({ name: `${name}/copy`, op: 'DeepCopy', inputs: [fed], attributes: T });
  const assigned = addAssignment(builder, `${name}/assign`, [name, copy]);
  builder.add({ name: load, op: 'Shape', inputs: [fed], attributes: T, waitsFor: [assigned] });
}

/** @returns the node's name */
function addAssignment(
  builder: GraphBuilder,
  node: string,
  [variable, value]: readonly [string, string],
  waitsFor: readonly string[] = [],
): string {
  const inputs = [`${nodesOf(variable).handle}:0`, value];
  builder.add({ name: node, op: 'AssignVariableOp', inputs, attributes: DTYPE, waitsFor });
  return node;
}

/** What a step is made from. */
interface StepSource {
  readonly trainee: Trainee;
  readonly size: number;
  readonly pair: ExamplePair;
}

/** Adds the step on batches of a size. @returns the names of its feeds */
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
      known.set(id, builder.addPlaceholder(feedNode(size, name), { shape: tensor.shape, dtype }));
    }
    const outputOf = builder.addTrace(String(size), trace, known);
    const moved = gradients.map(([name, id]) =>
      addAdam(builder, { name, size, gradient: outputOf(id), decays: trainee.decays ?? false }),
    );
    const assigned = updates.map(([name, id]) => addUpdate(builder, { name, size, value: outputOf(id) }));
    const [node] = lossOutput(size).split(':');
    const waitsFor = [...moved, ...assigned];
    builder.add({ name: node, op: 'Identity', inputs: [outputOf(loss)], attributes: T, waitsFor });
    return Array.from(feeds.values(), ({ name }) => name);
  });
}

/** Gives the graph's outputs for the variables' tensors, by the addon's numbers. */
function nameVariables(backend: NativeBackend, { parameters, buffers }: Trainee): Map<number, string> {
  const known = new Map<number, string>();
  for (const [name, variable] of [...parameters, ...buffers]) {
    // Variables that were made of one tensor share its number until one of them gets a tensor of its own.
    if (known.has(backend.getInputTensorIds([variable])[0])) variable.assign(variable.add(0));
    known.set(backend.getInputTensorIds([variable])[0], `${nodesOf(name).read}:0`);
  }
  return known;
}

/** Adds a buffer's new value, which waits until the old one is read. @returns the node's name */
function addUpdate(
  builder: GraphBuilder,
  { name, size, value }: { readonly name: string; readonly size: number; readonly value: string },
): string {
  return addAssignment(builder, `${size}/update/${name}`, [name, value], [nodesOf(name).read]);
}

/** One parameter's step on batches of a size. */
interface AdamStep {
  readonly name: string;
  readonly size: number;
  /** Output of the graph. */
  readonly gradient: string;
  readonly decays: boolean;
}

/**
 * Adds Adam's step of a parameter. It waits until nothing else wants the old value: TensorFlow would copy it first.
 * @returns the node's name
 */
function addAdam(builder: GraphBuilder, { name, size, gradient, decays }: AdamStep): string {
  const node = `${size}/adam/${name}`;
  const { read } = nodesOf(name);
  const handles = [name, ...slotsOf(name)].map((variable) => `${nodesOf(variable).handle}:0`);
  const [stepSize, beta1, beta2, epsilon] = RATES.map(rateNode);
  // Powers of beta given as 0 turn the kernel's own bias correction off: the step size has it already.
  const rates = ['zero', 'zero', stepSize, beta1, beta2, epsilon].map((rate) => `${rate}:0`);
  const takers = builder.findTakersBeside(`${read}:0`, gradient);
  builder.add({
    name: node,
    op: 'ResourceApplyAdam',
    inputs: [...handles, ...rates, gradient],
    attributes: { ...T, use_locking: false, use_nesterov: false },
    waitsFor: [
      read,
      ...takers.filter((taker) => taker.startsWith(`${size}/`)),
      ...(decays ? [addDecay(builder, name, size)] : []),
    ],
  });
  return node;
}

/** Adds the decay of a parameter before Adam's step, as AdamW has it. @returns the node's name */
function addDecay(builder: GraphBuilder, name: string, size: number): string {
  const inputs = [`${nodesOf(name).read}:0`, `${rateNode('keep')}:0`];
  const decayed = builder.add({ name: `${size}/decayed/${name}`, op: 'Mul', inputs, attributes: T });
  return addAssignment(builder, `${size}/decay/${name}`, [name, decayed]);
}
