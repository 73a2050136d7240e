/*
 * Computations as TensorFlow graphs.
 *
 * Native TensorFlow is fastest with a whole graph: it fuses convolution, bias and relu, runs a network's branches in
 * parallel, and needs no JavaScript between operations. The graphs are not written by hand. A computation runs once with
 * tfjs, and every native operation is recorded (the trace). A builder makes graph nodes from the trace. They are encoded
 * as a SavedModel, the only format that the addon loads, and a session runs them. There are two kinds of graphs:
 *
 * - `compile`: a function from one tensor to another, such as a detector. A graph accepts inputs of any size along its
 *   free axes. Weights are feeds, since TensorFlow takes long to load large constants.
 * - `compileTraining`: training steps. Adam's operations are added to the trace of a loss and its gradients, and weights
 *   and Adam's state become variables of the graph. tfjs' variables become views, which fetch their values when read.
 *
 * A traced computation may consist of tensor operations only. Reading a tensor's values is an error. So are constants
 * that differ between batches, such as those of `tf.randomNormal`, since every batch would use the first batch's.
 * Whatever differs between batches is fed by name: inputs, labels, and the seeds of dropout masks. On wasm and cpu,
 * computations run unchanged and training uses tfjs' gradient tape; tests compare the results of graph and tape. The
 * graphs have not been run on a GPU.
 */
export { compile, type InputShape } from './compile';
export { compileTraining, type NativeTraining } from './training';
export type { ExampleBatch, ExamplePair, Trainee } from './trace-training';
