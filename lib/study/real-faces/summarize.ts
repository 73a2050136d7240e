import { emotionId, EMOTIONS, isEmotion } from '../../core/emotions';
import { wilsonInterval } from '../../core/intervals';
import {
  accuracy,
  classMetrics,
  confusionMatrix,
  predictedLabels,
  macroF1,
  type ConfusionMatrix,
} from '../../core/metrics';
import { mean } from '../../core/numbers';
import { pluralityWinner, majorityWinner, type VoteColumn } from '../../core/votes';
import { calibrate, chooseLabelled, validationAccuracy, type LabelledAnswers } from './answers';
import { isAsked, type RealFacesArchive, type RealFacesRun, type ScoredFace } from './archive';
import { REAL_FACES_MODELS, type RealFacesModel } from './models';

const CLASSES = EMOTIONS.length;

/** Shares of the images, the surest first, whose accuracy is told. */
const COVERAGES = [0.8, 0.5] as const;

/** How many images a protocol counts, and how many of them were answered rightly, 0 to 1. */
export interface ProtocolAccuracy {
  readonly n: number;
  readonly accuracy: number;
}

/** How a model did on FER+'s test side. All rates are of all images of the protocol, 0 to 1, means over the seeds. */
export interface ModelSummary {
  readonly parameters: number;
  /** Size of its weights, 10^6 bytes at 4 bytes each. */
  readonly megabytes: number;
  readonly seeds: number;
  /** Epochs that were trained. */
  readonly epochs: number;
  /** Accuracy on the validation side, strict-7. */
  readonly validation: number;
  /** The Wilson interval, macro F1, recall and matrix are the first seed's. */
  readonly strict7: ProtocolAccuracy & {
    readonly low: number;
    readonly high: number;
    readonly accuracies: readonly number[];
    readonly macroF1: number;
    readonly recall: Readonly<Record<string, number>>;
    readonly matrix: ConfusionMatrix;
  };
  /** Without the images that stand in training too. */
  readonly strict7Unique: ProtocolAccuracy;
  /** Contempt counts as wrong. */
  readonly strict8: ProtocolAccuracy;
  readonly plural7: ProtocolAccuracy;
  /** Expected calibration error, strict-7, before and after one temperature, fitted on the validation side. */
  readonly ece: { readonly before: number; readonly after: number };
  readonly temperature: number;
  /** Share of right answers among the surest share of the images, after the temperature. */
  readonly coverage: Readonly<Record<string, number>>;
}

/** The study as a file: results/reference/real-faces.json. */
export interface RealFacesSummary {
  readonly protocol: Readonly<Record<'strict7' | 'strict7Unique' | 'strict8' | 'plural7', string>>;
  /** Which row the carried model is. */
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

/** Computes every figure from the committed answers; a model that was not asked about the test side is left out. */
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
  const first = chooseLabelled(faces, runs[0], 'test');
  const matrix = confusionMatrix(first.labels, predictedLabels(first.probabilities));
  const right = Math.round(accuracy(matrix) * first.labels.length);
  const { low, high } = wilsonInterval(right, first.labels.length);
  const calibrated = runs.map((run) => calibrate(faces, run));
  return {
    parameters: runs[0].parameters,
    megabytes: round((4 * runs[0].parameters) / 1e6),
    seeds: runs.length,
    epochs: runs[0].epochs,
    validation: round(mean(runs.map((run) => validationAccuracy(faces, run)))),
    strict7: {
      ...rate(strict7),
      low: round(low),
      high: round(high),
      accuracies,
      macroF1: round(macroF1(matrix)),
      recall: Object.fromEntries(classMetrics(matrix).map(({ id, recall }) => [EMOTIONS[id], round(recall)])),
      matrix,
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

/** Counts further images as wrong. */
function withWrong({ n, accuracy: right }: ProtocolAccuracy, wrong: number): ProtocolAccuracy {
  return { n: n + wrong, accuracy: round((right * n) / (n + wrong)) };
}

function exceptContempt(winner: VoteColumn | undefined): VoteColumn | undefined {
  return winner === 'contempt' ? undefined : winner;
}

function round(value: number): number {
  return Math.round(1e4 * value) / 1e4;
}
