import { emotionId, EMOTIONS, isEmotion } from '../../core/emotions';
import { wilsonInterval, mean } from '../../core/intervals';
import {
  classMetrics,
  confusionMatrix,
  predictedLabels,
  macroF1,
  type ConfusionMatrix,
} from '../../core/metrics';
import { pluralityWinner, majorityWinner, type VoteColumn } from '../../core/votes';
import { calibrate, chooseLabelled, validationAccuracy, type LabelledAnswers } from './answers';
import { isAsked, type RealFacesArchive, type RealFacesRun, type ScoredFace } from './archive';
import { REAL_FACES_MODELS, type RealFacesModel } from './models';

const CLASSES = EMOTIONS.length;

/** Coverages at which accuracy is computed. */
const COVERAGES = [0.8, 0.5] as const;

/** Number of images of a protocol, and accuracy on them, 0 to 1. */
interface ProtocolAccuracy {
  readonly n: number;
  readonly accuracy: number;
}

/** Figures of a model on FER+'s test set. Rates are of all images of the protocol, 0 to 1, and means over the seeds. */
export interface ModelSummary {
  readonly parameters: number;
  /** Size of the weights, 4 bytes each, in 10^6 bytes. */
  readonly megabytes: number;
  readonly seeds: number;
  /** Number of trained epochs. */
  readonly epochs: number;
  /** Validation accuracy, strict-7. */
  readonly validation: number;
  /** The Wilson interval is that of the mean accuracy: of images, not of seeds. The matrix is the first seed's. */
  readonly strict7: ProtocolAccuracy & {
    readonly low: number;
    readonly high: number;
    readonly accuracies: readonly number[];
    readonly macroF1: number;
    readonly recall: Readonly<Record<string, number>>;
    readonly matrix: ConfusionMatrix;
  };
  /** Without test images that are byte-identical to a training image. */
  readonly strict7Unique: ProtocolAccuracy;
  /** Images of contempt count as errors. */
  readonly strict8: ProtocolAccuracy;
  readonly plural7: ProtocolAccuracy;
  /** Expected calibration error, strict-7, before and after temperature scaling. */
  readonly ece: { readonly before: number; readonly after: number };
  readonly temperature: number;
  /** Accuracy by coverage, after temperature scaling. */
  readonly coverage: Readonly<Record<string, number>>;
}

/** The figures of the study: results/reference/real-faces.json. */
export interface RealFacesSummary {
  readonly protocol: Readonly<Record<'strict7' | 'strict7Unique' | 'strict8' | 'plural7', string>>;
  /** Model and seed that the default model was fine-tuned from. */
  readonly carried: { readonly model: string; readonly seed: number } | undefined;
  readonly looks: RealFacesArchive['looks'];
  readonly models: Readonly<Partial<Record<RealFacesModel, ModelSummary>>>;
}

const PROTOCOL: RealFacesSummary['protocol'] = {
  strict7: "FER+'s majority rule (single votes dropped, more than half of all others), the seven expressions",
  strict7Unique: 'strict-7 without test images that are byte-identical to a training image',
  strict8: 'strict-7 and contempt, on which a network of seven is wrong',
  plural7: 'the most votes win; ties and winners other than the seven are left out',
};

/** Computes the figures of the study; models that were not evaluated on the test set are left out. */
export function summarizeRealFaces(archive: RealFacesArchive): RealFacesSummary {
  const models = REAL_FACES_MODELS.flatMap((model) => {
    const runs = (archive.runs[model] ?? []).filter(({ test }) => test.length > 0);
    return runs.length > 0 ? [[model, summarizeModel(archive.faces, runs)] as const] : [];
  });
  const carried = archive.runs.carried?.[0];
  return {
    protocol: PROTOCOL,
    carried: carried && { model: 'blocksAndFace', seed: carried.seed },
    looks: archive.looks,
    models: Object.fromEntries(models),
  };
}

function summarizeModel(faces: readonly ScoredFace[], runs: readonly RealFacesRun[]): ModelSummary {
  const test = faces.filter((face) => face.side === 'test' && isAsked(face));
  const unasked = faces.filter((face) => face.side === 'test' && !isAsked(face)).length;
  const rate = (rule: (face: ScoredFace) => VoteColumn | undefined, among = test) =>
    averageRuns(runs, (run) => scoreRule(test, run.test, rule, among));
  const strict = (face: ScoredFace) => majorityWinner(face.votes);
  const strict7 = (face: ScoredFace) => exceptContempt(strict(face));
  const accuracies = runs.map((run) => round(scoreRule(test, run.test, strict7, test).accuracy));
  const matrices = runs.map((run) => {
    const { labels, probabilities } = chooseLabelled(faces, run, 'test');
    return confusionMatrix(labels, predictedLabels(probabilities));
  });
  const recalls = matrices.map(classMetrics);
  const strict7Mean = rate(strict7);
  const { low, high } = wilsonInterval(Math.round(strict7Mean.n * strict7Mean.accuracy), strict7Mean.n);
  const calibrated = runs.map((run) => calibrate(faces, run));
  return {
    parameters: runs[0].parameters,
    megabytes: round((4 * runs[0].parameters) / 1e6),
    seeds: runs.length,
    epochs: runs[0].epochs,
    validation: round(mean(runs.map((run) => validationAccuracy(faces, run)))),
    strict7: {
      ...strict7Mean,
      low: round(low),
      high: round(high),
      accuracies,
      macroF1: round(mean(matrices.map(macroF1))),
      recall: Object.fromEntries(
        EMOTIONS.map((emotion, id) => [emotion, round(mean(recalls.map((classes) => classes[id].recall)))]),
      ),
      matrix: matrices[0],
    },
    strict7Unique: rate(
      strict7,
      test.filter(({ isDuplicate }) => !isDuplicate),
    ),
    strict8: withWrong(rate(strict), unasked),
    plural7: rate((face) => exceptContempt(pluralityWinner(face.votes))),
    ece: {
      before: round(mean(calibrated.map(({ before }) => before))),
      after: round(mean(calibrated.map(({ after }) => after))),
    },
    temperature: round(mean(calibrated.map(({ temperature }) => temperature))),
    coverage: Object.fromEntries(
      COVERAGES.map((share) => [
        String(share),
        round(mean(calibrated.map(({ answers }) => accuracyOfSurest(answers, share)))),
      ]),
    ),
  };
}

function accuracyOfSurest({ labels, probabilities }: LabelledAnswers, share: number): number {
  const answers = predictedLabels(probabilities);
  const ranked = Array.from(labels, (label, row) => ({
    confidence: probabilities[CLASSES * row + answers[row]],
    right: Number(answers[row] === label),
  })).sort((first, second) => second.confidence - first.confidence);
  return mean(ranked.slice(0, Math.round(share * ranked.length)).map(({ right }) => right));
}

function scoreRule(
  test: readonly ScoredFace[],
  probabilities: Float32Array,
  rule: (face: ScoredFace) => VoteColumn | undefined,
  among: readonly ScoredFace[],
): ProtocolAccuracy {
  const chosen = new Set(among);
  const answers = predictedLabels(probabilities);
  const outcomes = test.flatMap((face, row) => {
    const winner = chosen.has(face) ? rule(face) : undefined;
    if (!winner || !(isEmotion(winner) || winner === 'contempt')) return [];
    return [Number(isEmotion(winner) && answers[row] === emotionId(winner))];
  });
  return { n: outcomes.length, accuracy: mean(outcomes) };
}

function averageRuns(
  runs: readonly RealFacesRun[],
  score: (run: RealFacesRun) => ProtocolAccuracy,
): ProtocolAccuracy {
  const scores = runs.map(score);
  return { n: scores[0].n, accuracy: round(mean(scores.map((one) => one.accuracy))) };
}

/** Adds images that count as errors. */
function withWrong({ n, accuracy: right }: ProtocolAccuracy, wrong: number): ProtocolAccuracy {
  return { n: n + wrong, accuracy: round((right * n) / (n + wrong)) };
}

function exceptContempt(winner: VoteColumn | undefined): VoteColumn | undefined {
  return winner === 'contempt' ? undefined : winner;
}

function round(value: number): number {
  return Math.round(1e4 * value) / 1e4;
}
