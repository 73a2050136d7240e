import * as tf from '@tensorflow/tfjs';
import { createGraphSlots, type AdamMemory } from './graph/adam-memory';
import { createTensorSlots, type AdamSlots, type AdamValues, type AdamWRates } from './adam-slots';
import { createWasmSlots, wasmTrainingBackend } from './wasm';

/** Settings of Adam, as PyTorch names and means them. */
export interface AdamOptions {
  /** Step size, default 1e-3. */
  readonly learningRate?: number;
  /** Decay of the gradients' running mean, 0 to 1, default 0.9. */
  readonly beta1?: number;
  /** Decay of the squared gradients' running mean, 0 to 1, default 0.999. */
  readonly beta2?: number;
  /** What keeps the division finite, added after bias correction, default 1e-8. */
  readonly epsilon?: number;
  /** Decoupled weight decay (AdamW's), 0 or more, default 0. */
  readonly weightDecay?: number;
  /** Factor of the learning rate at a step, counted from 1; default 1 at every step. */
  readonly schedule?: (step: number) => number;
}

/** What Adam remembers, in plain arrays. */
export interface AdamState {
  /** How many steps were taken. */
  readonly step: number;
  /** The gradients' running means by the caller's names, each of its variable's length. */
  readonly means: ReadonlyMap<string, Float32Array>;
  /** The squared gradients' running means. */
  readonly squares: ReadonlyMap<string, Float32Array>;
}

/**
 * Makes an Adam optimizer that gives PyTorch's numbers: in one pass over the weights on wasm, by tfjs operations elsewhere. Where
 * native TensorFlow trains, a graph takes the steps (see {@link Adam.rememberIn}).
 * @returns an optimizer; the caller disposes it
 * @throws RangeError for a setting out of its range
 * Source: Kingma and Ba, "Adam", algorithm 1; Loshchilov and Hutter, "Decoupled Weight Decay Regularization",
 * algorithm 2; torch.optim.Adam and AdamW.
 */
export function buildAdam(options: AdamOptions = {}): Adam {
  return new Adam(options);
}

/** Adam with PyTorch's conventions; see {@link buildAdam}. */
export class Adam extends tf.Optimizer {
  readonly learningRate: number;
  private readonly beta1: number;
  private readonly beta2: number;
  private readonly epsilon: number;
  readonly weightDecay: number;
  private readonly schedule: (step: number) => number;
  private steps = 0;
  private readonly slots = new Map<string, AdamSlots>();

  constructor(options: AdamOptions = {}) {
    super();
    const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
    checkRange('learningRate', learningRate, learningRate > 0);
    checkRange('beta1', beta1, beta1 >= 0 && beta1 < 1);
    checkRange('beta2', beta2, beta2 >= 0 && beta2 < 1);
    checkRange('epsilon', epsilon, epsilon >= 0);
    checkRange('weightDecay', weightDecay, weightDecay >= 0);
    this.learningRate = learningRate;
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.weightDecay = weightDecay;
    this.schedule = options.schedule ?? (() => 1);
  }

  /** How many steps were taken. */
  get step(): number {
    return this.steps;
  }

  /**
   * Moves variables one step along their gradients.
   * @param gradients by the variables' tfjs names; the caller disposes them
   */
  override applyGradients(
    gradients: Record<string, tf.Tensor> | { name: string; tensor: tf.Tensor }[],
  ): void {
    const rates = this.countStep();
    const named = Array.isArray(gradients)
      ? gradients.map(({ name, tensor }) => [name, tensor] as const)
      : Object.entries(gradients);
    for (const [name, gradient] of named) {
      if (!gradient) continue;
      const variable = registeredVariable(name);
      if (rates.keep !== 1) tf.tidy(() => variable.assign(variable.mul(rates.keep)));
      this.slotsOf(variable).apply(gradient, rates);
    }
  }

  /** Counts a step. @returns its numbers, for a graph that takes it in this optimizer's place */
  countStep(): AdamWRates {
    this.steps++;
    this.incrementIterations();
    const { beta1, beta2 } = this;
    const correction = Math.sqrt(1 - beta2 ** this.steps);
    const learningRate = this.learningRate * this.schedule(this.steps);
    const stepSize = (learningRate * correction) / (1 - beta1 ** this.steps);
    const keep = 1 - learningRate * this.weightDecay;
    return { beta1, beta2, stepSize, epsilon: this.epsilon * correction, keep };
  }

  /**
   * Hands what Adam remembers over to a graph that takes the steps from now on; it is read from there when it is
   * saved, or when a step is taken by {@link applyGradients} again.
   * @param graph is disposed with this optimizer
   * @param variables by the graph's names
   */
  rememberIn(graph: AdamMemory, variables: ReadonlyMap<string, tf.Variable>): void {
    let users = variables.size;
    const release = () => {
      graph.end();
      if (--users === 0) graph.dispose();
    };
    for (const [name, variable] of variables) {
      const known = this.slots.get(variable.name);
      if (known) graph.restoreSlots(name, known.read());
      known?.dispose();
      const create = (values: AdamValues) => createSlots(variable, values);
      this.slots.set(variable.name, createGraphSlots(graph, { name, create, release }));
    }
  }

  /**
   * Reads what Adam remembers of variables.
   * @param variables by names of the caller's own
   * @returns copies; zeros for a variable that no step has moved yet
   */
  saveState(variables: ReadonlyMap<string, tf.Variable>): AdamState {
    const means = new Map<string, Float32Array>();
    const squares = new Map<string, Float32Array>();
    for (const [name, variable] of variables) {
      const slots = this.slots.get(variable.name)?.read();
      means.set(name, slots?.mean ?? new Float32Array(variable.size));
      squares.set(name, slots?.square ?? new Float32Array(variable.size));
    }
    return { step: this.steps, means, squares };
  }

  /**
   * Puts back what {@link saveState} gave.
   * @throws RangeError when a variable is missing in the state or has another length there
   */
  restoreState(variables: ReadonlyMap<string, tf.Variable>, state: AdamState): void {
    for (const [name, variable] of variables) {
      const mean = expectLength(state.means.get(name), variable.size, `Adam's mean of ${name}`);
      const square = expectLength(state.squares.get(name), variable.size, `Adam's square of ${name}`);
      this.slots.get(variable.name)?.dispose();
      this.slots.set(variable.name, createSlots(variable, { mean, square }));
    }
    this.steps = state.step;
  }

  /** The settings, which tfjs asks every optimizer for. */
  override getConfig(): tf.serialization.ConfigDict {
    const { learningRate, beta1, beta2, epsilon, weightDecay } = this;
    return { learningRate, beta1, beta2, epsilon, weightDecay };
  }

  /** Gives back what Adam remembers; the variables stay. */
  override dispose(): void {
    for (const slots of this.slots.values()) slots.dispose();
    this.slots.clear();
    super.dispose();
  }

  private slotsOf(variable: tf.Variable): AdamSlots {
    const known = this.slots.get(variable.name);
    if (known) return known;
    const slots = createSlots(variable);
    this.slots.set(variable.name, slots);
    return slots;
  }
}

/** Makes a variable's memory of Adam where the backend in use is quickest. */
function createSlots(variable: tf.Variable, values?: AdamValues): AdamSlots {
  const wasm = wasmTrainingBackend();
  return wasm ? createWasmSlots(wasm, variable, values) : createTensorSlots(variable, values);
}

function registeredVariable(name: string): tf.Variable {
  const variable = tf.engine().registeredVariables[name];
  if (!variable) throw new RangeError(`Expected a living variable for gradients but received ${name}`);
  return variable;
}

function checkRange(name: string, value: number, isInside: boolean): void {
  if (!isInside) throw new RangeError(`Expected a number in range for ${name} but received ${value}`);
}

function expectLength(values: Float32Array | undefined, length: number, name: string): Float32Array {
  if (values?.length === length) return values;
  throw new RangeError(`Expected ${length} numbers for ${name} but received ${values?.length ?? 'none'}`);
}
