import { GROUP_COUNT, PORTRAIT_COUNT } from './bench-pictures';
import type { ProgramName } from './measured-programs';
import { PRODUCT_FLOPS, stepFlops } from './programs/matrix-products';

/** Specification of a comparison. */
export interface RowSpec {
  readonly name: string;
  /** `s`: seconds; any other unit is in milliseconds. */
  readonly unit: string;
  /** Ours, then the peer if there is one. */
  readonly programs: readonly ProgramName[];
  /** Units of work per run; default: as many as take about two seconds, at most 32. */
  readonly count?: number;
  /** Number of the peer's units of work that equal one unit of ours, default 1. */
  readonly peerUnits?: number;
  /** Number of measured runs, default 7. */
  readonly runs?: number;
  /** Number of warm-up runs of one unit; default 1 where `runs` is set, otherwise 3. */
  readonly warmUps?: number;
  readonly note?: string;
  /** If true, a second row has the peak memory of both processes; its name has `-memory` for `-step`. */
  readonly hasMemoryRow?: boolean;
}

/** Number of images to preprocess: four shards. */
export const IMAGE_COUNT = 1024;

const STEP = 'ms a step';

/** All rows, in the order of measurement. */
const ROWS: readonly RowSpec[] = [
  {
    name: 'tergat-step/tfjs-stock',
    unit: STEP,
    hasMemoryRow: true,
    programs: ['tergat', 'stock'],
    note: "the package's operations and Adam on the same TensorFlow library, TF_ENABLE_ONEDNN_OPTS=0",
  },
  {
    name: 'tergat-step/tfjs-onednn',
    unit: STEP,
    programs: ['tergat', 'stockOneDnn'],
    note: "the package's operations and Adam on the same TensorFlow library, TF_ENABLE_ONEDNN_OPTS=1",
  },
  { name: 'tergat-step/pytorch', unit: STEP, programs: ['tergat', 'pytorch'] },
  { name: 'tergat-step/pytorch-fused', unit: STEP, hasMemoryRow: true, programs: ['tergat', 'pytorchFused'] },
  {
    name: 'tergat-step/keras',
    unit: STEP,
    hasMemoryRow: true,
    programs: ['tergat', 'keras'],
    note: 'train_on_batch on the TensorFlow backend',
  },
  {
    name: 'tergat-step/limit',
    unit: STEP,
    programs: ['tergat', 'products'],
    peerUnits: stepFlops(64) / PRODUCT_FLOPS,
    note: `the limit: ${(stepFlops(64) / 1e9).toFixed(1)} GFLOP a step at the measured rate of a 2048x2048 product`,
  },
  {
    name: 'tergat-eval/pytorch',
    unit: 'ms for 256 faces',
    programs: ['evaluation', 'pytorchEvaluation'],
    note: 'ours in batches of 256',
  },
  {
    name: 'preprocess/dlib-one',
    unit: 'ms an image',
    runs: 3,
    programs: ['preprocessing', 'dlibOne'],
    count: IMAGE_COUNT,
    note: 'the wheel dlib-bin',
  },
  {
    name: 'preprocess/one-process',
    unit: 'ms an image',
    runs: 3,
    programs: ['preprocessingOne', 'dlibOne'],
    count: IMAGE_COUNT,
    note: 'the wheel dlib-bin',
  },
  {
    name: 'preprocess/dlib-all',
    unit: 'ms an image',
    runs: 3,
    programs: ['preprocessing', 'dlibAll'],
    count: IMAGE_COUNT,
    note: 'the wheel dlib-bin',
  },
  {
    name: 'wasm-step/wasm-stock',
    unit: STEP,
    runs: 3,
    programs: ['wasm', 'stockWasm'],
    count: 1,
    note: "the package's kernels with the one that training lacks added, and its Adam",
  },
  {
    name: 'wasm-step/native-stock',
    unit: STEP,
    runs: 5,
    warmUps: 2,
    programs: ['wasm', 'stock'],
    note: 'stock tfjs-node-gpu with TF_ENABLE_ONEDNN_OPTS=0',
  },
  { name: 'compact-step/tergat', unit: STEP, programs: ['compact', 'tergat'], note: 'both ours' },
  {
    name: 'startup/notebook-first-figure',
    unit: 's',
    runs: 3,
    programs: ['notebook'],
    count: 1,
    note: "from the kernel's start to the first picture, cells type-checked, the sample drawn before",
  },
  {
    name: 'predict/face-api-portraits',
    unit: 'ms a picture',
    runs: 3,
    programs: ['predictionPortraits', 'faceApiPortraits'],
    count: PORTRAIT_COUNT,
    note: `${PORTRAIT_COUNT} files of 256 to 512 pixels, half drawn, half photographed`,
  },
  {
    name: 'predict/face-api-groups',
    unit: 'ms a picture',
    warmUps: 1,
    programs: ['predictionGroups', 'faceApiGroups'],
    count: GROUP_COUNT,
    note: "the package's six demo photographs",
  },
  {
    name: 'predict/video',
    unit: 'ms a frame',
    runs: 5,
    programs: ['predictionVideo'],
    count: 250,
    note: 'every frame of a video of 640x360 pixels with one face, decoded by ffmpeg; 25 frames per second are 40 ms',
  },
  {
    name: 'predict/one-cold',
    unit: 's',
    runs: 5,
    programs: ['predictionCold'],
    count: 1,
    note: 'npx . predict on a photograph with three faces: a fresh process, from its start to its end',
  },
  {
    name: 'predict/one-warm',
    unit: 'ms',
    programs: ['predictionWarm'],
    note: "the same photograph's file to its answers, in a process that has its models loaded",
  },
];

/**
 * The leak tests: a network is trained for 2,000 steps. Each gives two rows, NAME/tensors and NAME/resident: the growth
 * of tensors and of memory. Optional ones are measured only when requested by name.
 */
const LEAK_TESTS = [
  { name: 'steady', program: 'small', isOptional: false },
  { name: 'steady-tergat', program: 'tergat', isOptional: true },
] as const;

/** The rows of one run of the bench. */
export type Choice = ReturnType<typeof chooseRows>;

/**
 * Selects rows by name.
 * @param names whole names, or the part before the slash; undefined: all that are not optional
 * @throws RangeError for a name without rows
 */
export function chooseRows(names: readonly string[] | undefined) {
  if (!names) return { rows: ROWS, leakTests: LEAK_TESTS.filter(({ isOptional }) => !isOptional) };
  const isCalled = (wanted: string, name: string) => name === wanted || name.startsWith(`${wanted}/`);
  const isChosen = ({ name }: { readonly name: string }) => names.some((wanted) => isCalled(wanted, name));
  const all = [...ROWS, ...LEAK_TESTS].map(({ name }) => name);
  const stray = names.find((wanted) => !all.some((name) => isCalled(wanted, name)));
  if (stray !== undefined)
    throw new RangeError(`Expected one of ${all.join(', ')} for rows but received ${stray}`);
  return { rows: ROWS.filter(isChosen), leakTests: LEAK_TESTS.filter(isChosen) };
}
