import type * as tf from '@tensorflow/tfjs';
import type { NativeBackend } from '../native/addon';
import { encodeSavedModel, GRAPH_TAG, type GraphNode } from './saved-model';

/** A graph that TensorFlow has loaded and optimised: it fuses operations and runs independent ones side by side. */
export interface NativeSession {
  /**
   * Computes outputs.
   * @param feeds the graph's placeholders by name
   * @param outputs as `name:0`
   * @returns the outputs in that order, which the surrounding tidy or the caller disposes
   * @throws Error with TensorFlow's message
   */
  run(feeds: Readonly<Record<string, tf.TensorInfo>>, outputs: readonly string[]): tf.Tensor[];
  /** Computes outputs without feeds. @returns the addon's numbers of them, which the caller deletes */
  fetch(outputs: readonly string[]): number[];
  /** Gives back the graph and its variables. */
  dispose(): void;
}

/** Lays a SavedModel's bytes into a folder while it is loaded. */
type WithModelFolder = (model: Uint8Array, load: (folder: string) => number) => number;

let withFolder: WithModelFolder | undefined;

/** Lets sessions be opened. This file knows nothing of folders itself, as its users run in browsers too. */
export function provideModelFolder(provided: WithModelFolder): void {
  withFolder = provided;
}

/**
 * Loads a graph.
 * @returns the caller disposes it
 * @throws Error with TensorFlow's message when it is no graph
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
      // Asked of the backend each time: while a computation is traced, its addon refuses graphs.
      const given = backend.binding.runSavedModel(session, ids, inputs.join(), outputs.join());
      return given.map((output) => backend.createOutputTensor(output));
    },
    fetch: (outputs) => backend.binding.runSavedModel(session, [], '', outputs.join()).map(({ id }) => id),
    dispose: () => binding.deleteSavedModel(session),
  };
}
