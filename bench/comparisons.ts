import { stepFlops } from './arithmetic';
import type { ProgramName } from './measured-programs';
import { GROUP_COUNT, PORTRAIT_COUNT } from './bench-pictures';
import { PRODUCT_FLOPS } from './programs/matrix-products';

/** One comparison: what is measured, and how. */
export interface RowSpec {
  readonly name: string;
  readonly unit: string;
  readonly ours: SideSpec;
  /** Undefined for a row without a peer. */
  readonly peer?: SideSpec;
  /** Number of measured runs, default 7. */
  readonly runs?: number;
  /** Number of warm-up runs of one unit, default 3. */
  readonly warmUps?: number;
  readonly note?: string;
  /** Name of a second row with both processes' peak memory. */
  readonly memoryName?: string;
}

/** One side of a row. */
export interface SideSpec {
  readonly program: ProgramName;
  /** Units of work per run; default as many as take about two seconds. */
  readonly count?: number;
  /** Cost per second of a unit, default 1000: milliseconds. */
  readonly costPerSecond?: number;
}

/** Number of images to preprocess: four shards. */
export const IMAGE_COUNT = 1024;

const STEP = 'ms a step';
const images = (program: ProgramName): SideSpec => ({ program, count: IMAGE_COUNT });

/** All rows, in the order of measurement. */
export const ROWS: readonly RowSpec[] = [
  {
    name: 'tergat-step/tfjs-stock',
    unit: STEP,
    memoryName: 'tergat-memory/tfjs-stock',
    ours: { program: 'tergat' },
    peer: { program: 'stock' },
    note: "the package's operations and Adam on the same TensorFlow library, TF_ENABLE_ONEDNN_OPTS=0",
  },
  {
    name: 'tergat-step/tfjs-onednn',
    unit: STEP,
    ours: { program: 'tergat' },
    peer: { program: 'stockOneDnn' },
    note: "the package's operations and Adam on the same TensorFlow library, TF_ENABLE_ONEDNN_OPTS=1",
  },
  {
    name: 'tergat-step/pytorch',
    unit: STEP,
    ours: { program: 'tergat' },
    peer: { program: 'pytorch' },
  },
  {
    name: 'tergat-step/pytorch-fused',
    unit: STEP,
    memoryName: 'tergat-memory/pytorch-fused',
    ours: { program: 'tergat' },
    peer: { program: 'pytorchFused' },
  },
  {
    name: 'tergat-step/keras',
    unit: STEP,
    memoryName: 'tergat-memory/keras',
    ours: { program: 'tergat' },
    peer: { program: 'keras' },
    note: 'train_on_batch on the TensorFlow backend',
  },
  {
    name: 'tergat-step/limit',
    unit: STEP,
    ours: { program: 'tergat' },
    peer: { program: 'products', costPerSecond: (1000 * stepFlops(64)) / PRODUCT_FLOPS },
    note: `the limit: ${(stepFlops(64) / 1e9).toFixed(1)} GFLOP a step at the measured rate of a 2048x2048 product`,
  },
  {
    name: 'tergat-eval/pytorch',
    unit: 'ms for 256 faces',
    ours: { program: 'evaluation' },
    peer: { program: 'pytorchEvaluation' },
    note: 'ours in batches of 256',
  },
  {
    name: 'preprocess/dlib-one',
    unit: 'ms an image',
    runs: 3,
    warmUps: 1,
    ours: images('preprocessing'),
    peer: images('dlibOne'),
    note: 'the wheel dlib-bin',
  },
  {
    name: 'preprocess/one-process',
    unit: 'ms an image',
    runs: 3,
    warmUps: 1,
    ours: images('preprocessingOne'),
    peer: images('dlibOne'),
    note: 'the wheel dlib-bin',
  },
  {
    name: 'preprocess/dlib-all',
    unit: 'ms an image',
    runs: 3,
    warmUps: 1,
    ours: images('preprocessing'),
    peer: images('dlibAll'),
    note: 'the wheel dlib-bin',
  },
  {
    name: 'wasm-step/wasm-stock',
    unit: STEP,
    runs: 3,
    warmUps: 1,
    ours: { program: 'wasm', count: 1 },
    peer: { program: 'stockWasm', count: 1 },
    note: "the package's kernels with the one that training lacks added, and its Adam",
  },
  {
    name: 'wasm-step/native-stock',
    unit: STEP,
    runs: 5,
    warmUps: 2,
    ours: { program: 'wasm' },
    peer: { program: 'stock' },
    note: 'stock tfjs-node-gpu with TF_ENABLE_ONEDNN_OPTS=0',
  },
  {
    name: 'compact-step/tergat',
    unit: STEP,
    ours: { program: 'compact' },
    peer: { program: 'tergat' },
    note: 'both ours',
  },
  {
    name: 'startup/notebook-first-figure',
    unit: 's',
    runs: 3,
    warmUps: 1,
    ours: { program: 'notebook', count: 1, costPerSecond: 1 },
    note: "from the kernel's start to the first picture, cells type-checked, the sample drawn before",
  },
  {
    name: 'predict/face-api-portraits',
    unit: 'ms a picture',
    runs: 3,
    warmUps: 1,
    ours: { program: 'predictionPortraits', count: PORTRAIT_COUNT },
    peer: { program: 'faceApiPortraits', count: PORTRAIT_COUNT },
    note: `${PORTRAIT_COUNT} files of 256 to 512 pixels, half drawn, half photographed`,
  },
  {
    name: 'predict/face-api-groups',
    unit: 'ms a picture',
    warmUps: 1,
    ours: { program: 'predictionGroups', count: GROUP_COUNT },
    peer: { program: 'faceApiGroups', count: GROUP_COUNT },
    note: "the package's six demo photographs",
  },
  {
    name: 'predict/video',
    unit: 'ms a frame',
    runs: 5,
    warmUps: 1,
    ours: { program: 'predictionVideo', count: 250 },
    note: 'every frame of a video of 640x360 pixels with one face, decoded by ffmpeg; 25 frames per second are 40 ms',
  },
  {
    name: 'predict/one-cold',
    unit: 's',
    runs: 5,
    warmUps: 1,
    ours: { program: 'predictionCold', count: 1, costPerSecond: 1 },
    note: 'npx . predict on a photograph with three faces: a fresh process, from its start to its end',
  },
  {
    name: 'predict/one-warm',
    unit: 'ms',
    ours: { program: 'predictionWarm' },
    note: "the same photograph's file to its answers, in a process that has its models loaded",
  },
];

/** A leak test: a network is trained for many steps. It gives two rows, growth of tensors and growth of memory. */
export interface LeakTestSpec {
  /** Part of both row names before the slash. */
  readonly name: string;
  readonly program: ProgramName;
  /** Measured only when requested by name. */
  readonly isOptional: boolean;
}

/** The leak tests, of 2,000 steps each. */
export const LEAK_TESTS: readonly LeakTestSpec[] = [
  { name: 'steady', program: 'small', isOptional: false },
  { name: 'steady-tergat', program: 'tergat', isOptional: true },
];

/** The rows of one run of the bench. */
export interface Choice {
  readonly rows: readonly RowSpec[];
  readonly leakTests: readonly LeakTestSpec[];
}

/**
 * Selects rows by name.
 * @param names whole names, or the part before the slash; undefined: all that are not optional
 * @throws RangeError for a name without rows
 */
export function chooseRows(names: readonly string[] | undefined): Choice {
  if (!names) return { rows: ROWS, leakTests: LEAK_TESTS.filter(({ isOptional }) => !isOptional) };
  const isChosen = ({ name }: { readonly name: string }) =>
    names.some((wanted) => name === wanted || name.startsWith(`${wanted}/`));
  const all = [...ROWS, ...LEAK_TESTS].map(({ name }) => name);
  const stray = names.find((wanted) => !all.some((name) => name === wanted || name.startsWith(`${wanted}/`)));
  if (stray !== undefined) {
    throw new RangeError(`Expected one of ${all.join(', ')} for rows but received ${stray}`);
  }
  return { rows: ROWS.filter(isChosen), leakTests: LEAK_TESTS.filter(isChosen) };
}
