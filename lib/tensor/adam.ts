import * as tf from '@tensorflow/tfjs';
import { createGraphSlots, type AdamMemory } from './graph/adam-memory';
import { createTensorSlots, type AdamSlots, type AdamValues, type AdamWRates } from './adam-slots';
import { createWasmSlots, wasmTrainingBackend } from './wasm';

/** Settings of Adam, with PyTorch's meanings. */
export interface AdamOptions {
  /** Step size, default 1e-3. */
  readonly learningRate?: number;
  /** Decay of the gradients' running mean, 0 to 1, default 0.9. */
  readonly beta1?: number;
  /** Decay of the squared gradients' running mean, 0 to 1, default 0.999. */
  readonly beta2?: number;
  /** Added to the denominator after bias correction, default 1e-8. */
  readonly epsilon?: number;
  /** Decoupled weight decay (AdamW's), 0 or more, default 0. */
  readonly weightDecay?: number;
  /** Factor of the learning rate at a step, counted from 1; default 1 at every step. */
  readonly schedule?: (step: number) => number;
}

/** Adam's state in plain arrays. */
export interface AdamState {
  /** Number of steps taken. */
  readonly step: number;
  /** Running means of the gradients, by the caller's names of the variables. */
  readonly means: ReadonlyMap<string, Float32Array>;
  /** Running means of the squared gradients. */
  readonly squares: ReadonlyMap<string, Float32Array>;
}

/**
 * Makes an Adam or AdamW optimizer with PyTorch's results. On wasm, a kernel updates the weights in one pass; on native
 * TensorFlow, training steps run in a graph (see {@link Adam.keepStateIn}); otherwise tfjs operations are used.
 * @returns an optimizer, which the caller disposes
 * @throws RangeError for a setting out of range
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

  /** Number of steps taken. */
  get step(): number {
    return this.steps;
  }

  /**
   * Updates variables by one step.
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

  /** Counts a step. @returns its coefficients, for a graph that takes the step */
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
   * Moves Adam's state into a graph that takes all further steps. The state is read from the graph when it is saved, or
   * when {@link applyGradients} takes a step again.
   * @param graph disposed with this optimizer
   * @param variables by the graph's names
   */
  keepStateIn(graph: AdamMemory, variables: ReadonlyMap<string, tf.Variable>): void {
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
   * Reads Adam's state of variables.
   * @param variables by the caller's names
   * @returns copies; zeros for a variable without a step
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
   * Restores a state from {@link saveState}.
   * @throws RangeError when the state lacks a variable or has another length for it
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

  /** Returns the settings, which tfjs requires of every optimizer. */
  override getConfig(): tf.serialization.ConfigDict {
    const { learningRate, beta1, beta2, epsilon, weightDecay } = this;
    return { learningRate, beta1, beta2, epsilon, weightDecay };
  }

  /** Disposes Adam's state, but not the variables. */
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

/** Creates Adam's state of a variable in the form that is fastest on the current backend. */
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
