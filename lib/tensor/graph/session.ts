import type * as tf from '@tensorflow/tfjs';
import type { NativeBackend } from '../native/addon';
import { encodeSavedModel, GRAPH_TAG, type GraphNode } from './saved-model';

/** A graph that TensorFlow has loaded and optimised. */
export interface NativeSession {
  /**
   * Computes outputs.
   * @param feeds the graph's placeholders by name
   * @param outputs as `name:0`
   * @returns the outputs in that order, which the surrounding tidy or the caller disposes
   * @throws Error with TensorFlow's message
   */
  run(feeds: Readonly<Record<string, tf.TensorInfo>>, outputs: readonly string[]): tf.Tensor[];
  /** Computes outputs without feeds. @returns the addon's ids of the outputs, which the caller deletes */
  fetch(outputs: readonly string[]): number[];
  /** Deletes the graph and its variables. */
  dispose(): void;
}

/** Loads a SavedModel's bytes from a temporary folder. */
type WithModelFolder = (model: Uint8Array, load: (folder: string) => number) => number;

let withFolder: WithModelFolder | undefined;

/** Sets the function that {@link openSession} uses for temporary folders. This module also runs in browsers, which have no files. */
export function provideModelFolder(provided: WithModelFolder): void {
  withFolder = provided;
}

/**
 * Loads a graph.
 * @returns a session, which the caller disposes
 * @throws Error with TensorFlow's message for an invalid graph
 */
export function openSession(backend: NativeBackend, nodes: readonly GraphNode[]): NativeSession {
  const { binding } = backend;
  const model = encodeSavedModel(nodes, binding);
  if (!withFolder) throw new Error('Expected startEngine to have started native TensorFlow but it has not');
  const session = withFolder(model, (folder) => binding.loadSavedModel(folder, GRAPH_TAG));
  return {
    run(feeds, outputs) {
      const inputs = Object.keys(feeds).map((name) => `${name}:0`);
      const ids = backend.getInputTensorIds(Object.values(feeds));
      // Read from the backend at each run: while a computation is traced, its binding throws for graphs.
      const given = backend.binding.runSavedModel(session, ids, inputs.join(), outputs.join());
      return given.map((output) => backend.createOutputTensor(output));
    },
    fetch: (outputs) => backend.binding.runSavedModel(session, [], '', outputs.join()).map(({ id }) => id),
    dispose: () => binding.deleteSavedModel(session),
  };
}
