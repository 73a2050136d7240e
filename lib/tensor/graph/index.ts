/*
 * Computations as TensorFlow graphs.
 *
 * Native TensorFlow is fastest when it is given a whole graph: it fuses convolution, bias and relu, runs a network's branches
 * side by side, and JavaScript has nothing to do in between. Nobody writes such a graph. A computation runs once, as tfjs runs
 * it, and every native operation that it asks for is written down (the trace); a builder makes a graph's nodes of them; they are
 * encoded as a SavedModel, the one form that the addon loads; a session runs them. Two things are made so:
 *
 * - `compile`: a computation from one tensor to another, such as a detector. A graph takes inputs of any size along its
 *   free axes; weights are fed, since TensorFlow takes long to load large constants.
 * - `compileTraining`: training steps. To the trace of a loss and its gradients Adam's operations are added, and the weights and
 *   what Adam remembers become variables of the graph. tfjs' variables are views of them, which fetch numbers when read.
 *
 * What is traced has to be operations alone. A number that JavaScript reads is refused, and so is one that it draws anew for each
 * batch, such as `tf.randomNormal`'s, since every batch would get the first one's. What differs from batch to batch is fed by
 * name: inputs, labels, the seeds of dropout's masks. On wasm and cpu computations run as they are, and tfjs' tape takes the
 * steps; tests hold graph and tape to the same numbers. Nobody has run the graphs on a GPU.
 */
export { compile, type InputShape } from './compile';
export { compileTraining, type NativeTraining } from './training';
export type { ExampleBatch, ExamplePair, Trainee } from './trace-training';
