import path from 'node:path';
import { emotionId } from '../../core/emotions';
import { loadExpressionNetwork } from '../../faces/detector/detect-expressions';
import { countParameters } from '../../model/networks/network';
import {
  type AskedFaces,
  askModelFile,
  askNetwork,
  predictFrequencies,
  type SetProbabilities,
} from '../answer-faces';
import { readColour } from '../pictures';
import type { RealFacesArchive, RealFacesRun } from './archive';
import { isTrained, TRAINED_MODELS, type RealFacesModel, type TrainedModelName } from './models';
import { hasStrictLabel, type RealFacesData } from './open-fer-plus';
import { trainOnFerPlus, type FerPlusTraining } from './train';

/** Files of the models that are not trained by this study. */
const MODEL_FILES = { drawn: 'models/drawn.safetensors', carried: 'models/default.safetensors' } as const;

/** Batch size of face-api's network. */
const FACE_API_BATCH = 64;

/** Options of {@link runModel}. */
interface RunModelOptions extends FerPlusTraining {
  /** If true, the test set is evaluated too. It is evaluated once, for the reported figures. */
  readonly looksAtTest: boolean;
}

/**
 * Trains a model, or loads one that is not trained on FER+, and computes its probabilities for the validation set.
 * @returns undefined when training was stopped
 */
export async function runModel(
  model: RealFacesModel,
  data: RealFacesData,
  options: RunModelOptions,
): Promise<RealFacesRun | undefined> {
  const { sides } = data;
  const asked = { validation: sides.validation, test: options.looksAtTest ? sides.test : [] };
  if (isTrained(model))
    return trainOnFerPlus(model, data, options, async (network, training, shown) => {
      const { epochs, inputs } = TRAINED_MODELS[model];
      const { bestEpoch, seconds, stopped } = training;
      options.print(
        `${model}, seed ${options.seed}: best epoch ${bestEpoch} of ${epochs}, ${seconds.toFixed(0)} s`,
      );
      if (stopped) return undefined;
      const { validation, test } = await askNetwork(network, inputs, shown, asked);
      const parameters = countParameters(network);
      return { seed: options.seed, bestEpoch, epochs, parameters, validation, test };
    });
  const { parameters, validation, test } = await askUntrained(model, data, asked);
  return { seed: options.seed, bestEpoch: 0, epochs: 0, parameters, validation, test };
}

async function askUntrained(
  model: Exclude<RealFacesModel, TrainedModelName>,
  data: RealFacesData,
  asked: AskedFaces,
): Promise<SetProbabilities & { readonly parameters: number }> {
  const { blocks, sides } = data;
  if (model === 'faceApi') return askFaceApi(data, asked);
  if (model !== 'majority') return askModelFile(MODEL_FILES[model], blocks, asked);
  const labelled = sides.train.map((face) => blocks.records[face]).filter(hasStrictLabel);
  const labels = labelled.map(({ emotion }) => emotionId(emotion));
  return { parameters: 0, ...predictFrequencies(labels, asked) };
}

/** Computes the probabilities of face-api's expression network for whole crops, with the package's preprocessing. */
async function askFaceApi(
  { dataset, blocks }: RealFacesData,
  asked: AskedFaces,
): Promise<SetProbabilities & { readonly parameters: number }> {
  const network = await loadExpressionNetwork();
  const ask = async (faces: readonly number[]) => {
    const parts: Float32Array[] = [];
    for (let start = 0; start < faces.length; start += FACE_API_BATCH) {
      const crops = faces
        .slice(start, start + FACE_API_BATCH)
        .map((face) => readColour(path.join(dataset.directory, blocks.records[face].path)));
      parts.push(await network.classifyWhole(await Promise.all(crops)));
    }
    return Float32Array.from(parts.flatMap((part) => [...part]));
  };
  try {
    const { parameters } = network;
    return { parameters, validation: await ask(asked.validation), test: await ask(asked.test) };
  } finally {
    network.dispose();
  }
}

/** Adds a run to an archive; a run of the same model and seed is replaced. */
export function withRun(
  archive: RealFacesArchive,
  model: RealFacesModel,
  run: RealFacesRun,
): RealFacesArchive {
  const others = (archive.runs[model] ?? []).filter(({ seed }) => seed !== run.seed);
  const runs = [...others, run].sort((first, second) => first.seed - second.seed);
  return { ...archive, runs: { ...archive.runs, [model]: runs } };
}
