import * as tf from '@tensorflow/tfjs';
import { wasmTrainingBackend } from './wasm';
import { callKernel, type WasmBackend } from './wasm/module';

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

/** Adam's moment estimates of one variable, of the variable's shape. */
export interface Moments {
  /** Running mean of the gradients. */
  readonly mean: tf.Variable;
  /** Running mean of the squared gradients. */
  readonly square: tf.Variable;
}

/** Coefficients of one step. */
export interface AdamRates {
  readonly beta1: number;
  readonly beta2: number;
  /** Learning rate times the bias correction: lr * sqrt(1 - beta2^t) / (1 - beta1^t). */
  readonly stepSize: number;
  /** Epsilon for use without bias correction: epsilon * sqrt(1 - beta2^t). */
  readonly epsilon: number;
  /** Factor of each weight before the step: 1 - lr * weight decay; 1 without decay. */
  readonly keep: number;
}

/**
 * Adam or AdamW with PyTorch's results. On wasm, a kernel updates the weights in one pass; on native TensorFlow, training
 * steps run in a graph (see {@link Adam.attach}); otherwise tfjs operations are used. The caller disposes it.
 * Source: Kingma and Ba, "Adam", algorithm 1; Loshchilov and Hutter, "Decoupled Weight Decay Regularization",
 * algorithm 2; torch.optim.Adam and AdamW.
 */
export class Adam extends tf.Optimizer {
  /** Number of steps taken. Code that restores the moment estimates sets it too. */
  step = 0;
  readonly settings: Required<Omit<AdamOptions, 'schedule'>>;
  private readonly schedule: (step: number) => number;
  private readonly moments = new Map<string, Moments>();
  private graph: { dispose(): void } | undefined;

  /** @throws RangeError for a setting out of range */
  constructor(options: AdamOptions = {}) {
    super();
    const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
    checkRange('learningRate', learningRate, learningRate > 0);
    checkRange('beta1', beta1, beta1 >= 0 && beta1 < 1);
    checkRange('beta2', beta2, beta2 >= 0 && beta2 < 1);
    checkRange('epsilon', epsilon, epsilon >= 0);
    checkRange('weightDecay', weightDecay, weightDecay >= 0);
    this.settings = { learningRate, beta1, beta2, epsilon, weightDecay };
    this.schedule = options.schedule ?? (() => 1);
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
    const wasm = wasmTrainingBackend();
    for (const [name, gradient] of named) {
      if (!gradient) continue;
      const variable = tf.engine().registeredVariables[name];
      if (!variable) throw new RangeError(`Expected a living variable for gradients but received ${name}`);
      if (rates.keep !== 1) tf.tidy(() => variable.assign(variable.mul(rates.keep)));
      const step = { ...this.momentsOf(variable), gradient, ...rates };
      if (wasm) stepInPlace(wasm, variable, step);
      else stepByOperations(variable, step);
    }
  }

  /** Counts a step. @returns its coefficients, for a graph that takes the step */
  countStep(): AdamRates {
    this.step++;
    this.incrementIterations();
    const { beta1, beta2, epsilon, weightDecay } = this.settings;
    const correction = Math.sqrt(1 - beta2 ** this.step);
    const learningRate = this.settings.learningRate * this.schedule(this.step);
    const stepSize = (learningRate * correction) / (1 - beta1 ** this.step);
    const keep = 1 - learningRate * weightDecay;
    return { beta1, beta2, stepSize, epsilon: epsilon * correction, keep };
  }

  /** Returns the moment estimates of a variable, which are 0 before its first step. This optimizer disposes them. */
  momentsOf(variable: tf.Variable): Moments {
    const known = this.moments.get(variable.name);
    if (known) return known;
    const zeros = () => tf.tidy(() => tf.variable(tf.fill(variable.shape, 0), false));
    const moments = { mean: zeros(), square: zeros() };
    this.moments.set(variable.name, moments);
    return moments;
  }

  /** Disposes a graph of training steps together with this optimizer, and the graph of earlier steps now. */
  attach(graph: { dispose(): void }): void {
    this.graph?.dispose();
    this.graph = graph;
  }

  /** Returns the settings, which tfjs requires of every optimizer. */
  override getConfig(): tf.serialization.ConfigDict {
    return { ...this.settings };
  }

  /** Disposes the moment estimates and the graph, but not the variables. */
  override dispose(): void {
    for (const moments of this.moments.values()) tf.dispose([moments.mean, moments.square]);
    this.moments.clear();
    this.graph?.dispose();
    this.graph = undefined;
    super.dispose();
  }
}

type Step = Moments & AdamRates & { readonly gradient: tf.Tensor };

function stepByOperations(variable: tf.Variable, step: Step): void {
  const { mean, square, gradient, beta1, beta2, stepSize, epsilon } = step;
  tf.tidy(() => {
    mean.assign(mean.mul(beta1).add(gradient.mul(1 - beta1)));
    square.assign(square.mul(beta2).add(gradient.square().mul(1 - beta2)));
    variable.assign(variable.sub(mean.mul(stepSize).div(square.sqrt().add(epsilon))));
  });
}

/** Updates a variable and its moment estimates in one pass; tfjs operations need ten passes. */
function stepInPlace(backend: WasmBackend, variable: tf.Variable, step: Step): void {
  const { mean, square, gradient, beta1, beta2, stepSize, epsilon } = step;
  for (const each of [variable, mean, square]) takeOwnCopy(backend, each);
  const rates = [1 - beta1, 1 - beta2, stepSize, epsilon];
  callKernel(backend, 'adam', variable, mean, square, gradient, variable.size, ...rates);
  // tfjs' C++ code caches packed weights by id and would continue to use the old ones, so the data get a new id.
  const data = backend.dataIdMap.get(variable.dataId);
  backend.wasm.tfjs.disposeData(data.id);
  data.id = backend.dataIdNextNumber++;
  backend.wasm.tfjs.registerTensor(data.id, variable.size, data.memoryOffset);
}

/** Copies a variable's data if a clone shares them, before they are overwritten. */
function takeOwnCopy(backend: WasmBackend, variable: tf.Variable): void {
  if (backend.dataIdMap.get(variable.dataId).refCount === 1) return;
  const copy = tf.tensor(variable.dataSync(), variable.shape);
  variable.assign(copy);
  copy.dispose();
}

function checkRange(name: string, value: number, isInside: boolean): void {
  if (!isInside) throw new RangeError(`Expected a number in range for ${name} but received ${value}`);
}
