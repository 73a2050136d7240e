import * as tf from '@tensorflow/tfjs';
import { findArchitecture } from '../architectures';
import { type FaceInput, shapeOfInput } from '../training/data';
import { traceGraph, type GraphConstant } from './export-trace';
import type { Model } from './model-file';
import { allVariables } from '../networks/network';

/** A file of an exported model. */
export interface ExportedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Size of a weights file, small enough for browsers' caches. Source: tensorflowjs_converter's default. */
const SHARD_BYTES = 4 * 2 ** 20;

/** Descriptions of inputs and outputs in model.json. */
const INPUTS = {
  eyes: 'grey levels / 255 / 0.5, so 0 to 2, of the eyes block',
  mouth: 'grey levels / 255 / 0.5, so 0 to 2, of the mouth block',
  face: 'grey levels / 255 / 0.5, so 0 to 2, of the whole face, 48x48 pixels',
  landmarks:
    '68 landmarks (iBUG order) as x, y: the middle between the eyes is 0, the line from eye to eye horizontal and 1 long',
} as const satisfies Record<FaceInput, string>;
const OUTPUTS = {
  logits: "the network's, in the labels' order",
  probabilities: "softmax of the logits / temperature, in the labels' order",
} as const;

/**
 * Writes a model as a graph model for browsers, which `tf.loadGraphModel` reads. Its inputs are the architecture's:
 * `eyes` and `mouth`, each [n, 32, 32, 1], `face`, [n, 48, 48, 1], or `landmarks`, [n, 136]. Its outputs are `logits`
 * and `probabilities`, each [n, 7]. Its `userDefinedMetadata` has labels, margin, temperature, and descriptions of inputs
 * and outputs.
 * @returns the weights files, then model.json, which lists them
 * Source: TensorFlow.js' graph model format, as tfjs-converter 4.22 reads it.
 */
export async function encodeForTfjs(model: Model): Promise<ExportedFile[]> {
  const { network, ...metadata } = model;
  const names = findArchitecture(metadata.architecture).inputs;
  const inputs = Object.fromEntries(names.map((name) => [name, shapeOfInput(name)]));
  const graph = await traceGraph({
    inputs,
    weights: allVariables(network),
    compute: (given) => {
      const logits = network.forward(given, { training: false });
      return { logits, probabilities: tf.softmax(logits.div(metadata.temperature)) };
    },
  });
  const shards = await toShards(graph.constants);
  const shapes = graph.constants.map(({ name, dtype, shape }) => ({ name, dtype, shape }));
  const outputs = Object.keys(OUTPUTS);
  const json = {
    format: 'graph-model',
    generatedBy: 'facial-expression-prior-attention',
    convertedBy: null,
    modelTopology: { node: graph.nodes, versions: { producer: 1, minConsumer: 1 } },
    weightsManifest: [{ paths: shards.map(({ name }) => name), weights: shapes }],
    signature: {
      inputs: Object.fromEntries(names.map((name) => [name, toSignature(name, inputs[name])])),
      outputs: Object.fromEntries(outputs.map((name) => [name, toSignature(name, [metadata.labels.length])])),
    },
    userDefinedMetadata: {
      ...metadata,
      inputs: Object.fromEntries(names.map((name) => [name, INPUTS[name]])),
      outputs: OUTPUTS,
      // With these keys, the model's `predict` returns its outputs by name.
      structuredOutputKeys: outputs,
    },
  };
  return [...shards, { name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(json)) }];
}

async function toShards(constants: readonly GraphConstant[]): Promise<ExportedFile[]> {
  const parts = constants.map(({ read }) => read() as BlobPart);
  const all = new Uint8Array(await new Blob(parts).arrayBuffer());
  const count = Math.ceil(all.length / SHARD_BYTES);
  return Array.from({ length: count }, (_, index) => ({
    name: `group1-shard${index + 1}of${count}.bin`,
    bytes: all.subarray(index * SHARD_BYTES, (index + 1) * SHARD_BYTES),
  }));
}

function toSignature(name: string, shape: readonly number[]): object {
  const dim = [-1, ...shape].map((size) => ({ size: `${size}` }));
  return { name: `${name}:0`, dtype: 'DT_FLOAT', tensorShape: { dim } };
}
