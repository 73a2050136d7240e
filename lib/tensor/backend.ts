import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { nativeBackend } from './native/addon';
import { provideModelFolder } from './graph/session';
import { setUpCommand } from '../files/project';
import { registerWasmTrainingKernels } from './wasm';

/** The supported backends of TensorFlow.js, fastest first. */
const BACKENDS = ['tensorflow', 'wasm', 'cpu'] as const;

/** A backend of TensorFlow.js that this project supports. */
export type Backend = (typeof BACKENDS)[number];

/** The backend in use, and why it is not a faster one. */
export interface EngineInfo {
  readonly backend: Backend;
  /** Version of the native TensorFlow library; undefined on wasm and cpu. */
  readonly tensorflow?: string;
  readonly device: 'CPU' | 'GPU';
  /** Whether oneDNN's kernels are enabled; false on wasm and cpu. */
  readonly oneDnn: boolean;
  /** Why native TensorFlow does not run, in one line; undefined when it runs or another backend was requested. */
  readonly reason?: string;
}

let started: { requested: Backend | undefined; info: Promise<EngineInfo> } | undefined;

/**
 * Starts the backend of all tensors in this process: native TensorFlow if `npm run setup` installed it, otherwise
 * WebAssembly, which needs no installation.
 * @param options.backend default: the environment variable `ENGINE`, otherwise the first backend that starts
 * @returns the started backend; a later call returns the same, unless it requests another backend
 * @throws RangeError for an unknown backend; Error with the reason when the requested backend cannot start
 */
export function startEngine(options: { readonly backend?: Backend } = {}): Promise<EngineInfo> {
  const requested = options.backend ?? backendFromEnvironment(process.env.ENGINE);
  if (!started || (requested && requested !== started.requested)) {
    const info = start(requested);
    started = { requested, info };
    // After a failure, the next call tries again, for example after set-up.
    info.catch(() => (started = undefined));
  }
  return started.info;
}

/**
 * Returns why native TensorFlow cannot be loaded, without starting it.
 * @returns one line, or undefined when the addon is installed
 */
export function whyNotNative(): string | undefined {
  const addon = path.join(addonDirectory(), 'tfjs_binding.node');
  return fs.existsSync(addon)
    ? undefined
    : `native TensorFlow is not set up (${setUpCommand()} puts it in place)`;
}

/** Returns the folder in node_modules from which tfjs-node-gpu loads its compiled addon (n-api version 8). */
export function addonDirectory(): string {
  const manifest = require.resolve('@tensorflow/tfjs-node-gpu/package.json');
  return path.join(path.dirname(manifest), 'lib', 'napi-v8');
}

function backendFromEnvironment(name: string | undefined): Backend | undefined {
  const found = BACKENDS.find((backend) => backend === name);
  if (name && !found)
    throw new RangeError(`Expected one of ${BACKENDS.join(', ')} for ENGINE but received ${name}`);
  return found;
}

async function start(requested: Backend | undefined): Promise<EngineInfo> {
  if (requested === 'wasm') return startWasm();
  if (requested === 'cpu') {
    await tf.setBackend('cpu');
    return { backend: 'cpu', device: 'CPU', oneDnn: false };
  }
  const reason = await loadNative();
  if (reason === undefined) return startNative();
  if (requested === 'tensorflow') throw new Error(`Expected native TensorFlow to run but ${reason}`);
  return { ...(await startWasm()), reason };
}

/** Loads the addon. @returns the reason if it cannot be loaded */
async function loadNative(): Promise<string | undefined> {
  const missing = whyNotNative();
  if (missing) return missing;
  // tfjs-node calls two functions of `util` of which Node 22 warns and which Node 23 removed.
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  legacy.isArray = Array.isArray;
  // TensorFlow reads both variables once, when the library is loaded. oneDNN's kernels are the faster ones.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  try {
    await import('@tensorflow/tfjs-node-gpu');
    return undefined;
  } catch (error) {
    return `the addon does not load: ${(error as Error).message.split('\n')[0]}`;
  }
}

async function startNative(): Promise<EngineInfo> {
  await tf.setBackend('tensorflow');
  const native = nativeBackend()!;
  provideModelFolder(withModelFolder);
  return {
    backend: 'tensorflow',
    tensorflow: native.binding.TF_Version,
    device: native.isUsingGpuDevice ? 'GPU' : 'CPU',
    oneDnn: process.env.TF_ENABLE_ONEDNN_OPTS !== '0',
  };
}

/** Writes a SavedModel to a temporary folder for `load`, since TensorFlow reads models from folders only. */
function withModelFolder<Result>(model: Uint8Array, load: (folder: string) => Result): Result {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `prior-attention-graph-${process.pid}-`));
  try {
    fs.writeFileSync(path.join(folder, 'saved_model.pb'), model);
    return load(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

async function startWasm(): Promise<EngineInfo> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(path.join(path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), path.sep));
  if (!(await tf.setBackend('wasm'))) throw new Error('Expected the wasm backend to start but it did not');
  registerWasmTrainingKernels();
  return { backend: 'wasm', device: 'CPU', oneDnn: false };
}
