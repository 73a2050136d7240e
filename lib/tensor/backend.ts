import fs from 'node:fs';
import path from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { withModelFolder } from './graph/model-folder';
import { nativeBackend } from './native/addon';
import { provideModelFolder } from './graph/session';
import { setUpCommand } from '../files/project';
import { registerWasmTrainingKernels } from './wasm';

/** A backend of TensorFlow.js that this project runs on, fastest first. */
export type Backend = 'tensorflow' | 'wasm' | 'cpu';

/** The order in which {@link startEngine} tries the backends when none is asked for. */
export const BACKENDS: readonly Backend[] = ['tensorflow', 'wasm', 'cpu'];

/** What computes, and why nothing faster does. */
export interface EngineInfo {
  readonly backend: Backend;
  /** Version of the native TensorFlow library; undefined on wasm and cpu. */
  readonly tensorflow?: string;
  readonly device: 'CPU' | 'GPU';
  /** Whether oneDNN's kernels were asked for. Always false on wasm and cpu. */
  readonly oneDnn: boolean;
  /** Why native TensorFlow does not run, in one line; undefined where it does or where another was asked for. */
  readonly reason?: string;
}

let started: { asked: Backend | undefined; info: Promise<EngineInfo> } | undefined;

/**
 * Starts the backend that all tensors of this process live on: native TensorFlow where `npm run setup` could
 * put it, else WebAssembly, which needs nothing installed.
 * @param options.backend asks for one backend; default: the `ENGINE` environment variable, else the first that runs
 * @returns what was started; a second call gives the same unless it asks for another backend
 * @throws RangeError for an unknown backend; Error with the reason when the one asked for cannot run
 */
export function startEngine(options: { readonly backend?: Backend } = {}): Promise<EngineInfo> {
  const asked = options.backend ?? backendFromEnvironment(process.env.ENGINE);
  if (!started || (asked && asked !== started.asked)) {
    const info = start(asked);
    started = { asked, info };
    // What failed is tried again when it is asked for again, such as after set-up.
    info.catch(() => (started = undefined));
  }
  return started.info;
}

/**
 * Tells why native TensorFlow cannot be loaded, without starting it.
 * @returns one line, or undefined when the addon is in place
 */
export function whyNotNative(): string | undefined {
  const addon = path.join(addonDirectory(), 'tfjs_binding.node');
  return fs.existsSync(addon)
    ? undefined
    : `native TensorFlow is not set up (${setUpCommand()} puts it in place)`;
}

/** Gives the folder in node_modules where tfjs-node-gpu looks for its compiled addon (n-api version 8). */
export function addonDirectory(): string {
  const manifest = require.resolve('@tensorflow/tfjs-node-gpu/package.json');
  return path.join(path.dirname(manifest), 'lib', 'napi-v8');
}

function backendFromEnvironment(name: string | undefined): Backend | undefined {
  if (!name) return undefined;
  if (!(BACKENDS as readonly string[]).includes(name)) {
    throw new RangeError(`Expected one of ${BACKENDS.join(', ')} for ENGINE but received ${name}`);
  }
  return name as Backend;
}

async function start(asked: Backend | undefined): Promise<EngineInfo> {
  if (asked === 'wasm') return startWasm();
  if (asked === 'cpu') return startCpu();
  const reason = await loadNative();
  if (reason === undefined) return startNative();
  if (asked === 'tensorflow') throw new Error(`Expected native TensorFlow to run but ${reason}`);
  return { ...(await startWasm()), reason };
}

/** Loads the addon. @returns the reason when it cannot be loaded */
async function loadNative(): Promise<string | undefined> {
  const missing = whyNotNative();
  if (missing) return missing;
  putBackRemovedUtilities();
  // Both are read once, when the library is loaded. oneDNN's kernels are the faster ones wherever they run.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  try {
    await import('@tensorflow/tfjs-node-gpu');
    return undefined;
  } catch (error) {
    return `the addon does not load: ${(error as Error).message.split('\n')[0]}`;
  }
}

/** tfjs-node calls two functions that Node 22 warns of and Node 23 removed. */
function putBackRemovedUtilities(): void {
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  legacy.isArray = Array.isArray;
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

async function startWasm(): Promise<EngineInfo> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(path.join(path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), path.sep));
  if (!(await tf.setBackend('wasm'))) throw new Error('Expected the wasm backend to start but it did not');
  registerWasmTrainingKernels();
  return { backend: 'wasm', device: 'CPU', oneDnn: false };
}

async function startCpu(): Promise<EngineInfo> {
  await tf.setBackend('cpu');
  return { backend: 'cpu', device: 'CPU', oneDnn: false };
}
