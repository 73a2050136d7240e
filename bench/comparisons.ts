import { GROUP_COUNT, PORTRAIT_COUNT } from './bench-pictures';
import type { ProgramName } from './measured-programs';
import { PRODUCT_FLOPS, stepFlops } from './programs/matrix-products';

/** Specification of a comparison. */
export interface RowSpec {
  readonly name: string;
  /** Ours, then the peer if there is one. */
  readonly programs: readonly ProgramName[];
  /** `s`: seconds; any other unit is in milliseconds. */
  readonly unit: string;
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

function row(
  name: string,
  programs: readonly ProgramName[],
  options: Omit<RowSpec, 'name' | 'programs'>,
): RowSpec {
  return { name, programs, ...options };
}

/** Number of images to preprocess: four shards. */
export const IMAGE_COUNT = 1024;

const DLIB = { unit: 'ms an image', runs: 3, count: IMAGE_COUNT, note: 'the wheel dlib-bin' };
const STEP = 'ms a step';
const STOCK_NOTE = "the package's operations and Adam on the same TensorFlow library, TF_ENABLE_ONEDNN_OPTS";
const GIGA_FLOPS = (stepFlops(64) / 1e9).toFixed(1);

/** All rows, in the order of measurement. */
const ROWS: readonly RowSpec[] = [
  row('tergat-step/tfjs-stock', ['tergat', 'stock'], {
    unit: STEP,
    hasMemoryRow: true,
    note: `${STOCK_NOTE}=0`,
  }),
  row('tergat-step/tfjs-onednn', ['tergat', 'stockOneDnn'], { unit: STEP, note: `${STOCK_NOTE}=1` }),
  row('tergat-step/pytorch', ['tergat', 'pytorch'], { unit: STEP }),
  row('tergat-step/pytorch-fused', ['tergat', 'pytorchFused'], { unit: STEP, hasMemoryRow: true }),
  row('tergat-step/keras', ['tergat', 'keras'], {
    unit: STEP,
    hasMemoryRow: true,
    note: 'train_on_batch on the TensorFlow backend',
  }),
  row('tergat-step/limit', ['tergat', 'products'], {
    unit: STEP,
    peerUnits: stepFlops(64) / PRODUCT_FLOPS,
    note: `the limit: ${GIGA_FLOPS} GFLOP a step at the measured rate of a 2048x2048 product`,
  }),
  row('tergat-eval/pytorch', ['evaluation', 'pytorchEvaluation'], {
    unit: 'ms for 256 faces',
    note: 'ours in batches of 256',
  }),
  row('preprocess/dlib-one', ['preprocessing', 'dlibOne'], DLIB),
  row('preprocess/one-process', ['preprocessingOne', 'dlibOne'], DLIB),
  row('preprocess/dlib-all', ['preprocessing', 'dlibAll'], DLIB),
  row('wasm-step/wasm-stock', ['wasm', 'stockWasm'], {
    unit: STEP,
    runs: 3,
    count: 1,
    note: "the package's kernels with the one that training lacks added, and its Adam",
  }),
  row('wasm-step/native-stock', ['wasm', 'stock'], {
    unit: STEP,
    runs: 5,
    warmUps: 2,
    note: 'stock tfjs-node-gpu with TF_ENABLE_ONEDNN_OPTS=0',
  }),
  row('compact-step/tergat', ['compact', 'tergat'], { unit: STEP, note: 'both ours' }),
  row('startup/notebook-first-figure', ['notebook'], {
    unit: 's',
    runs: 3,
    count: 1,
    note: "from the kernel's start to the first picture, cells type-checked, the sample drawn before",
  }),
  row('predict/face-api-portraits', ['predictionPortraits', 'faceApiPortraits'], {
    unit: 'ms a picture',
    runs: 3,
    count: PORTRAIT_COUNT,
    note: `${PORTRAIT_COUNT} files of 256 to 512 pixels, half drawn, half photographed`,
  }),
  row('predict/face-api-groups', ['predictionGroups', 'faceApiGroups'], {
    unit: 'ms a picture',
    warmUps: 1,
    count: GROUP_COUNT,
    note: "the package's six demo photographs",
  }),
  row('predict/video', ['predictionVideo'], {
    unit: 'ms a frame',
    runs: 5,
    count: 250,
    note: 'every frame of a video of 640x360 pixels with one face, decoded by ffmpeg; 25 frames per second are 40 ms',
  }),
  row('predict/one-cold', ['predictionCold'], {
    unit: 's',
    runs: 5,
    count: 1,
    note: 'npx . predict on a photograph with three faces: a fresh process, from its start to its end',
  }),
  row('predict/one-warm', ['predictionPhoto'], {
    unit: 'ms',
    note: "the same photograph's file to its answers, in a process that has its models loaded",
  }),
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
