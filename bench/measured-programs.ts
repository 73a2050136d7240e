import path from 'node:path';
import { ownModule } from '../lib/files/worker-process';
import { venvProgram } from '../lib/setup/python';
import { IMAGE_LIST } from './bench-pictures';
import { missingPeersReason, peersPython } from './peers';
import { startProgram, type ProgramSpec, type RunningProgram } from './start-program';

/** The bench compares CPUs: GPUs are hidden from all programs. */
const NO_GPU = { CUDA_VISIBLE_DEVICES: '-1' };
const NATIVE = { ...NO_GPU, ENGINE: 'tensorflow', TF_ENABLE_ONEDNN_OPTS: undefined };
const STOCK_ONE_DNN = { ...NATIVE, TF_ENABLE_ONEDNN_OPTS: '1' };
const WASM = { ENGINE: 'wasm' };

/** All measured programs. Environment variables select their libraries and settings. */
export const PROGRAMS = {
  tergat: ofNode('TerGat', ['step', 'tergat'], NATIVE),
  small: ofNode('a small network', ['step', 'small'], NATIVE),
  compact: ofNode('the compact network', ['step', 'compact'], NATIVE),
  wasm: ofNode('TerGat on wasm', ['step', 'tergat'], WASM),
  evaluation: ofNode('evaluation', ['eval'], NATIVE),
  products: ofNode('matrix products', ['products'], NATIVE),
  preprocessing: ofNode('preprocessing', ['preprocess', '0'], NATIVE),
  preprocessingOne: ofNode('preprocessing, one process', ['preprocess', '1'], NATIVE),
  predictionPhoto: ofNode('predict, one process', ['predict', 'photo'], NATIVE),
  predictionPortraits: ofNode('predict, one process', ['predict', 'portraits'], NATIVE),
  predictionGroups: ofNode('predict, one process', ['predict', 'groups'], NATIVE),
  predictionVideo: ofNode('predict, one process', ['predict', 'video'], NATIVE),
  predictionCold: ofNode('predict, fresh processes', ['predict-cold'], NATIVE),
  faceApiPortraits: ofNode('face-api', ['face-api', 'portraits'], STOCK_ONE_DNN),
  faceApiGroups: ofNode('face-api', ['face-api', 'groups'], STOCK_ONE_DNN),
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
} satisfies Record<string, ProgramSpec>;

/** Name of a measured program in {@link PROGRAMS}. */
export type ProgramName = keyof typeof PROGRAMS;

function ofNode(label: string, task: readonly string[], environment: ProgramSpec['environment']) {
  const { file, execArgv } = ownModule(path.join(__dirname, 'programs'), 'main');
  return { label, command: [process.execPath, ...execArgv, file, ...task], environment };
}

function ofPeers(label: string, [script, ...task]: readonly string[]): ProgramSpec {
  return {
    label,
    command: [peersPython(), path.join('bench', 'python', script), ...task],
    // oneDNN is always on, so that Keras' TensorFlow uses its fast kernels on every machine.
    environment: {
      ...NO_GPU,
      KERAS_BACKEND: 'tensorflow',
      TF_ENABLE_ONEDNN_OPTS: '1',
      TF_CPP_MIN_LOG_LEVEL: '2',
    },
    isPeer: true,
  };
}

/** Number of TerGat's parameters. A program with another number is rejected, because it would do different work. */
export const TERGAT_PARAMETERS = 35_480_655;

/**
 * Starts a measured program.
 * @throws Error when it cannot start or has another number of parameters than TerGat
 */
export async function startMeasured(name: ProgramName): Promise<RunningProgram> {
  const spec: ProgramSpec = PROGRAMS[name];
  const reason = spec.isPeer ? missingPeersReason() : undefined;
  if (reason) throw new Error(reason);
  const program = await startProgram(spec);
  const { parameters = TERGAT_PARAMETERS } = program.ready;
  if (parameters === TERGAT_PARAMETERS || name === 'small' || name === 'compact') return program;
  await program.close();
  throw new Error(`Expected ${TERGAT_PARAMETERS} parameters for ${program.label} but received ${parameters}`);
}
