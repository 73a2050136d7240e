import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { homePath } from '../lib/files/project';
import { venvProgram } from '../lib/setup/python';
import type { ProgramSpec } from './start-program';
import { peersPython } from './peers';

/** A measured program, and whether it needs the peers' environment. */
export interface KnownProgram extends ProgramSpec {
  readonly isPeer?: boolean;
}

/** The bench compares CPUs: GPUs are hidden from all programs. */
const NO_GPU = { CUDA_VISIBLE_DEVICES: '-1' };
const NATIVE = { ...NO_GPU, ENGINE: 'tensorflow', TF_ENABLE_ONEDNN_OPTS: undefined };
const STOCK_ONE_DNN = { ...NATIVE, TF_ENABLE_ONEDNN_OPTS: '1' };
const WASM = { ENGINE: 'wasm' };

/** The file with the list of images to preprocess. */
export const IMAGE_LIST = homePath('.bench', 'images.json');

/** All measured programs. Environment variables select their libraries and settings. */
export const PROGRAMS = {
  tergat: ofNode('TerGat', ['step', 'tergat'], NATIVE),
  small: ofNode('a small network', ['step', 'small'], NATIVE),
  compact: ofNode('the compact network', ['step', 'compact'], NATIVE),
  wasm: ofNode('TerGat on wasm', ['step', 'tergat'], WASM),
  evaluation: ofNode('evaluation', ['eval'], NATIVE),
  products: ofNode('matrix products', ['products'], NATIVE),
  preprocessing: ofNode('preprocessing', ['preprocess', IMAGE_LIST], NATIVE),
  predictionWarm: ofNode('predict, one process', ['predict-warm'], NATIVE),
  predictionCold: ofNode('predict, fresh processes', ['predict-cold'], NATIVE),
  predictionPortraits: ofNode('predict, one process', ['predict-set', 'portraits'], NATIVE),
  predictionGroups: ofNode('predict, one process', ['predict-set', 'groups'], NATIVE),
  predictionVideo: ofNode('predict, one process', ['predict-video'], NATIVE),
  faceApiPortraits: ofNode('face-api', ['face-api', 'portraits'], STOCK_ONE_DNN),
  faceApiGroups: ofNode('face-api', ['face-api', 'groups'], STOCK_ONE_DNN),
  preprocessingOne: ofNode('preprocessing, one process', ['preprocess-one', IMAGE_LIST], NATIVE),
  stock: ofNode('stock tfjs-node-gpu', ['stock-step'], { ...NATIVE, TF_ENABLE_ONEDNN_OPTS: '0' }),
  stockOneDnn: ofNode('tfjs-node-gpu, oneDNN', ['stock-step'], STOCK_ONE_DNN),
  stockWasm: ofNode('stock tfjs on wasm', ['stock-step'], WASM),
  pytorch: ofPeers('PyTorch', ['pytorch_program.py', 'step']),
  pytorchFused: ofPeers('PyTorch, fused Adam', ['pytorch_program.py', 'step-fused']),
  pytorchEvaluation: ofPeers('PyTorch', ['pytorch_program.py', 'eval']),
  keras: ofPeers('Keras', ['keras_program.py', 'step']),
  dlibOne: ofPeers('dlib, one process', ['dlib_program.py', 'one', IMAGE_LIST]),
  dlibAll: ofPeers('dlib, a process a core', ['dlib_program.py', 'all', IMAGE_LIST]),
  notebook: {
    label: 'the notebook',
    command: [venvProgram('python'), path.join('bench', 'python', 'first_figure.py')],
  },
} satisfies Record<string, KnownProgram>;

/** Name of a measured program in {@link PROGRAMS}. */
export type ProgramName = keyof typeof PROGRAMS;

function ofNode(label: string, task: readonly string[], environment: ProgramSpec['environment']) {
  const main = path.join(__dirname, 'programs', `main${path.extname(__filename)}`);
  const loader = main.endsWith('.ts') ? ['--import', pathToFileURL(require.resolve('tsx')).href] : [];
  return { label, command: [process.execPath, ...loader, main, ...task], environment };
}

function ofPeers(label: string, [script, ...task]: readonly string[]): KnownProgram {
  return {
    label,
    command: [peersPython(), path.join('bench', 'python', script), ...task],
    // Keras' TensorFlow uses its fast kernels on every machine.
    environment: {
      ...NO_GPU,
      KERAS_BACKEND: 'tensorflow',
      TF_ENABLE_ONEDNN_OPTS: '1',
      TF_CPP_MIN_LOG_LEVEL: '2',
    },
    isPeer: true,
  };
}
