import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { BlockSet } from '../../core/blocks';
import { EMOTIONS, emotionId, isEmotion } from '../../core/emotions';
import { DEFAULT_EXPERIMENT, type Experiment } from '../../core/experiment';
import type { FrameRecord, SplitPart } from '../../core/record';
import { majorityWinner } from '../../core/votes';
import type { Dataset } from '../../datasets/dataset';
import { projectRoot } from '../../files/project';
import { startEngine } from '../../tensor/backend';
import { loadExpressionNetwork } from '../../faces/detector/detect-expressions';
import { findArchitecture } from '../../model/architectures';
import { inputSource } from '../../model/training/data';
import { predict } from '../../model/training/evaluate';
import { formatEpoch } from '../../model/training/history';
import { decodeModel } from '../../model/files/model-file';
import { countParameters, type Network } from '../../model/networks/network';
import { openDataset, preprocessDataset } from '../open-dataset';
import { readColour } from '../read-image';
import { cutFromLastImage } from '../shown-blocks';
import { trainCached } from '../train-cached';
import type { RealFacesArchive, RealFacesRun, ScoredFace } from './archive';
import { isTrained, TRAINED_ROWS, type RealFacesModel, type TrainedModel, type TrainedRow } from './rows';

/** Model files that answer in a row of their own. */
const MODEL_FILES = { drawn: 'models/drawn.safetensors', carried: 'models/default.safetensors' } as const;

/** Training faces that train accuracy is measured on after each epoch: it chooses nothing. */
const SCORED_FACES = 1024;

/** Crops that face-api's network is asked about at a time. */
const FACE_API_BATCH = 64;

/** FER+, opened for the study. */
export interface RealFacesData {
  readonly dataset: Dataset;
  readonly blocks: BlockSet;
  /** Positions in the block set by side, of all images with a vote for one of the seven. */
  readonly sides: Readonly<Record<SplitPart, readonly number[]>>;
  /** Positions of the validation faces with a strict label of the seven, which epochs are chosen by. */
  readonly chosenBy: readonly number[];
  readonly faces: readonly ScoredFace[];
}

/**
 * Opens the FER+ that `DATASET=fer-plus` and `DATASET_DIR` name, and preprocesses it; blocks are kept in data/cache.
 * @throws RangeError when the environment names another data set
 */
export async function openRealFaces(
  environment: Readonly<Record<string, string | undefined>>,
  onProgress?: (done: number, total: number) => void,
): Promise<RealFacesData> {
  const { DATASET, DATASET_DIR } = environment;
  if (DATASET !== 'fer-plus' || !DATASET_DIR)
    throw new RangeError(
      `Expected DATASET=fer-plus and DATASET_DIR for the study of real faces but received ${DATASET ?? 'none'}`,
    );
  await startEngine();
  const dataset = await openDataset(DEFAULT_EXPERIMENT, { DATASET, DATASET_DIR, DATASET_LABELS: 'all' });
  const { blocks } = await preprocessDataset(dataset, DEFAULT_EXPERIMENT, onProgress, { wholeFace: true });
  if (blocks.skipped.length > 0)
    throw new RangeError(
      `Expected every image to be read but received ${blocks.skipped.length} that were not: ${blocks.skipped[0].reason}`,
    );
  const positions = (side: SplitPart) =>
    [...blocks.records.keys()].filter((face) => blocks.records[face].side === side);
  const sides = { train: positions('train'), validation: positions('validation'), test: positions('test') };
  const chosenBy = sides.validation.filter((face) => hasStrictLabel(blocks.records[face]));
  return { dataset, blocks, sides, chosenBy, faces: listScoredFaces(dataset, blocks, sides) };
}

function hasStrictLabel({ votes }: FrameRecord): boolean {
  const winner = majorityWinner(votes!);
  return winner !== undefined && isEmotion(winner);
}

function listScoredFaces(
  { directory, unlabelled = [] }: Dataset,
  { records }: BlockSet,
  sides: RealFacesData['sides'],
): ScoredFace[] {
  const hashOf = (face: number) =>
    createHash('sha256')
      .update(fs.readFileSync(path.join(directory, records[face].path)))
      .digest('hex');
  const known = new Set(sides.train.map(hashOf));
  return (['validation', 'test'] as const).flatMap((side) => [
    ...sides[side].map((face): ScoredFace => {
      const { path: name, votes } = records[face];
      return { path: name, side, votes: votes!, isDuplicate: known.has(hashOf(face)) };
    }),
    // Contempt without a vote for any of the seven: nobody is asked, and strict-8 counts it as wrong.
    ...unlabelled.flatMap(({ path: name, side: own, votes }): ScoredFace[] =>
      own === side && votes && majorityWinner(votes) === 'contempt'
        ? [{ path: name, side, votes, isDuplicate: false }]
        : [],
    ),
  ]);
}

/** What {@link runModel} is told while it runs, and what it does. */
export interface RunModelOptions {
  readonly seed: number;
  /** Whether the test side is asked about; it is scored once, for what is reported. */
  readonly looksAtTest: boolean;
  readonly print: (line: string) => void;
  readonly shouldStop?: () => boolean;
}

/**
 * Trains a row's network, from its last checkpoint where there is one, or loads what answers without training, and asks
 * it about the validation side.
 * @returns undefined when training was stopped
 */
export async function runModel(
  model: RealFacesModel,
  data: RealFacesData,
  options: RunModelOptions,
): Promise<RealFacesRun | undefined> {
  const { seed, looksAtTest } = options;
  const asked = { validation: data.sides.validation, test: looksAtTest ? data.sides.test : [] };
  if (model === 'majority') return { ...untrained(seed, 0), ...answerMajority(data, asked) };
  if (model === 'faceApi') return askFaceApi(data, asked, seed);
  if (isTrained(model)) return runTrained(model, data, { ...options, asked });
  return askModelFile(MODEL_FILES[model], data, { asked, seed });
}

type Asked = Readonly<Record<'validation' | 'test', readonly number[]>>;
type Answers = Pick<RealFacesRun, 'validation' | 'test'>;

const untrained = (seed: number, parameters: number) => ({ seed, bestEpoch: 0, epochs: 0, parameters });

async function runTrained(
  model: TrainedModel,
  data: RealFacesData,
  options: RunModelOptions & { readonly asked: Asked },
): Promise<RealFacesRun | undefined> {
  const { seed, print } = options;
  const { epochs } = TRAINED_ROWS[model];
  const blocks = await showBlocksOf(model, data);
  const trained = await trainRow(model, { ...data, blocks }, options);
  try {
    print(
      `${model}, seed ${seed}: best epoch ${trained.bestEpoch} of ${epochs}, ${trained.seconds.toFixed(0)} s`,
    );
    if (trained.stopped) return undefined;
    const answers = await answer(trained.network, TRAINED_ROWS[model].inputs, blocks, options.asked);
    const parameters = countParameters(trained.network);
    return { seed, bestEpoch: trained.bestEpoch, epochs, parameters, ...answers };
  } finally {
    trained.network.dispose();
  }
}

/** Gives what a row's network is shown of all faces. */
async function showBlocksOf(model: TrainedModel, { dataset, blocks }: RealFacesData): Promise<BlockSet> {
  const { shown }: TrainedRow = TRAINED_ROWS[model];
  if (shown !== 'last-image') return blocks;
  const imageOf = (record: FrameRecord) => path.join(dataset.directory, record.path);
  return cutFromLastImage({ blocks, imageOf });
}

/**
 * Trains a row's network, or takes it from its checkpoint. It then has the weights of the epoch that did best on the
 * validation side.
 * @returns the caller disposes its network
 */
export async function trainRow(
  model: TrainedModel,
  { blocks, sides, chosenBy }: Pick<RealFacesData, 'blocks' | 'sides' | 'chosenBy'>,
  { seed, print, shouldStop }: Omit<RunModelOptions, 'looksAtTest'>,
) {
  const { build, epochs, inputs, recipe, augmentation }: TrainedRow = TRAINED_ROWS[model];
  const network: Network = build({ seed });
  const experiment: Experiment = { ...DEFAULT_EXPERIMENT, seed, epochs };
  const side = (faces: readonly number[]) => ({ faces, missed: 0 });
  const result = await trainCached({
    inputs,
    recipe,
    augmentation,
    experiment,
    network,
    blocks,
    faces: { train: side(sides.train), validation: side(chosenBy) },
    scoredFaces: SCORED_FACES,
    onEpoch: (history) => print(`${model} ${seed}: ${formatEpoch(history[history.length - 1], epochs)}`),
    shouldStop,
  });
  return { network, ...result };
}

async function answer(
  network: Network,
  inputs: Parameters<typeof inputSource>[2],
  blocks: BlockSet,
  asked: Asked,
): Promise<Answers> {
  const ask = async (faces: readonly number[]) =>
    (await predict(network, inputSource(blocks, faces, inputs))).probabilities;
  return { validation: await ask(asked.validation), test: await ask(asked.test) };
}

async function askModelFile(
  file: string,
  { blocks }: RealFacesData,
  { asked, seed }: { readonly asked: Asked; readonly seed: number },
): Promise<RealFacesRun> {
  const model = decodeModel(fs.readFileSync(path.join(projectRoot(), file)), file);
  try {
    const { inputs } = findArchitecture(model.architecture);
    const answers = await answer(model.network, inputs, blocks, asked);
    return { ...untrained(seed, countParameters(model.network)), ...answers };
  } finally {
    model.network.dispose();
  }
}

/** Shares of the training side's strict labels, whatever is shown. */
function answerMajority({ blocks, sides }: RealFacesData, asked: Asked): Answers {
  const shares = new Float32Array(EMOTIONS.length);
  const labelled = sides.train.map((face) => blocks.records[face]).filter(hasStrictLabel);
  for (const { emotion } of labelled) shares[emotionId(emotion)] += 1 / labelled.length;
  const repeat = (count: number) =>
    Float32Array.from({ length: EMOTIONS.length * count }, (_, at) => shares[at % EMOTIONS.length]);
  return { validation: repeat(asked.validation.length), test: repeat(asked.test.length) };
}

/** Asks face-api's expression network about each whole crop, prepared as the package prepares it. */
async function askFaceApi(
  { dataset, blocks }: RealFacesData,
  asked: Asked,
  seed: number,
): Promise<RealFacesRun> {
  const network = await loadExpressionNetwork();
  const ask = async (faces: readonly number[]) => {
    const parts: Float32Array[] = [];
    for (let start = 0; start < faces.length; start += FACE_API_BATCH) {
      const crops = faces.slice(start, start + FACE_API_BATCH).map((face) => {
        return readColour(path.join(dataset.directory, blocks.records[face].path));
      });
      parts.push(await network.classifyWhole(await Promise.all(crops)));
    }
    return Float32Array.from(parts.flatMap((part) => [...part]));
  };
  try {
    const answers = { validation: await ask(asked.validation), test: await ask(asked.test) };
    return { ...untrained(seed, network.parameters), ...answers };
  } finally {
    network.dispose();
  }
}

/** Puts a run in the place of the one with its seed. */
export function withRun(
  archive: RealFacesArchive,
  model: RealFacesModel,
  run: RealFacesRun,
): RealFacesArchive {
  const others = (archive.runs[model] ?? []).filter(({ seed }) => seed !== run.seed);
  const runs = [...others, run].sort((first, second) => first.seed - second.seed);
  return { ...archive, runs: { ...archive.runs, [model]: runs } };
}
