import { EMOTIONS, isEmotion } from '../../core/emotions';
import { mean, wilsonInterval } from '../../core/intervals';
import { accuracy, classMetrics, formatPercent, macroF1, predictedLabels } from '../../core/metrics';
import { labelByVotes, majorityWinner, type VoteColumn } from '../../core/votes';
import { formatCount, markdownTable } from '../markdown';
import { accuracyOfSurest, calibrate, matrixOfRun, validationAccuracy } from './calibrated-answers';
import {
  classifiedFaces,
  type RealFacesArchive,
  type RealFacesRun,
  type ScoredFace,
} from './real-faces-archive';
import { REAL_FACES_MODELS, REAL_FACES_NAMES, type RealFacesModel } from './models';
import { unpackProbabilities } from '../probabilities';

/** Figures of a model on FER+'s test set. Rates are of all images of the protocol, 0 to 1, and means over the seeds. */
type ModelSummary = ReturnType<typeof summarizeModel>;

/** The figures of the study: results/reference/real-faces.json. */
export type RealFacesSummary = ReturnType<typeof summarizeRealFaces>;

const PROTOCOL = {
  strict7: "FER+'s majority rule (single votes dropped, more than half of all others), the seven expressions",
  strict7Unique: 'strict-7 without test images that are byte-identical to a training image',
  strict8: 'strict-7 and contempt, on which a network of seven is wrong',
  plural7: 'the most votes win; ties and winners other than the seven are left out',
};

/** Computes the figures of the study; models that were not evaluated on the test set are left out. */
export function summarizeRealFaces(archive: RealFacesArchive) {
  const models: Partial<Record<RealFacesModel, ModelSummary>> = {};
  for (const model of REAL_FACES_MODELS) {
    const runs = (archive.runs[model] ?? []).filter(({ test }) => test !== '');
    if (runs.length > 0) models[model] = summarizeModel(archive.faces, runs);
  }
  const carried = archive.runs.carried?.[0];
  return {
    protocol: PROTOCOL,
    /** Model and seed that the default model was fine-tuned from. */
    carried: carried && { model: 'blocksAndFace', seed: carried.seed },
    /** Evaluations on the test set. */
    looks: archive.evaluations,
    models,
  };
}

function summarizeModel(faces: readonly ScoredFace[], runs: readonly RealFacesRun[]) {
  const classified = classifiedFaces(faces, 'test');
  const answers = runs.map(({ test, seed }) =>
    predictedLabels(unpackProbabilities(test, classified.length, `test of seed ${seed}`)),
  );
  /** Number of images that a rule labels with one of the seven or contempt, and mean accuracy on them over the runs. */
  const rate = (rule: (face: ScoredFace) => VoteColumn | undefined) => {
    const labelled = classified.flatMap((face, row) => {
      const label = rule(face);
      return label && (isEmotion(label) || label === 'contempt') ? [{ label, row }] : [];
    });
    const accuracies = answers.map((own) =>
      mean(labelled.map(({ label, row }) => Number(label === EMOTIONS[own[row]]))),
    );
    return { n: labelled.length, accuracy: round(mean(accuracies)) };
  };
  const strict7 = rate(({ votes }) => labelByVotes(votes, 'strict'));
  const { low, high } = wilsonInterval(Math.round(strict7.n * strict7.accuracy), strict7.n);
  const strict8 = rate(({ votes }) => majorityWinner(votes));
  const strict8Images = strict8.n + faces.filter(({ side }) => side === 'test').length - classified.length;
  const matrices = runs.map((run) => matrixOfRun(faces, run, 'test'));
  const recalls = matrices.map(classMetrics);
  const calibrated = runs.map((run) => calibrate(faces, run));
  const surest = (share: number) => meanOf(calibrated, ({ after }) => accuracyOfSurest(after, share));
  return {
    parameters: runs[0].parameters,
    /** Size of the weights, 4 bytes each, in 10^6 bytes. */
    megabytes: round((4 * runs[0].parameters) / 1e6),
    seeds: runs.length,
    /** Number of trained epochs. */
    epochs: runs[0].epochs,
    /** Validation accuracy, strict-7. */
    validation: meanOf(runs, (run) => validationAccuracy(faces, run)),
    /** `low` and `high`: Wilson's 95 % interval over images, not over seeds. `matrix`: the first seed's. */
    strict7: {
      ...strict7,
      low: round(low),
      high: round(high),
      accuracies: matrices.map((matrix) => round(accuracy(matrix))),
      macroF1: meanOf(matrices, macroF1),
      recall: Object.fromEntries(
        EMOTIONS.map((emotion, id) => [emotion, meanOf(recalls, (classes) => classes[id].recall)]),
      ),
      matrix: matrices[0],
    },
    /** Without test images that are byte-identical to a training image. */
    strict7Unique: rate(({ isDuplicate, votes }) =>
      isDuplicate ? undefined : labelByVotes(votes, 'strict'),
    ),
    /** Images of contempt count as errors, also those that the models do not classify. */
    strict8: { n: strict8Images, accuracy: round((strict8.accuracy * strict8.n) / strict8Images) },
    plural7: rate(({ votes }) => labelByVotes(votes, 'plural')),
    /** Expected calibration error, strict-7, before and after temperature scaling. */
    ece: {
      before: meanOf(calibrated, ({ eceBefore }) => eceBefore),
      after: meanOf(calibrated, ({ eceAfter }) => eceAfter),
    },
    temperature: meanOf(calibrated, ({ temperatures }) => temperatures[0]),
    /** Accuracy by coverage, after temperature scaling. */
    coverage: { '0.8': surest(0.8), '0.5': surest(0.5) },
  };
}

function meanOf<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return round(mean(items.map(valueOf)));
}

function round(value: number): number {
  return Math.round(1e4 * value) / 1e4;
}

const percent = (share: number) => formatPercent(share, 1);

/** Formats the study as the README's table: one row per model. */
export function realFacesToMarkdown({ models }: RealFacesSummary): string {
  const rows = Object.entries(models).map(([model, { strict7, strict7Unique, parameters }]) => {
    const { accuracies } = strict7;
    const [least, most] = [Math.min(...accuracies), Math.max(...accuracies)].map(percent);
    const seeds = accuracies.length > 1 ? ` (mean of ${accuracies.length} seeds, ${least} to ${most})` : '';
    const rate = `${percent(strict7.accuracy)} (${percent(strict7.low)} to ${percent(strict7.high)})`;
    return [
      `${REAL_FACES_NAMES[model as RealFacesModel]}${seeds}`,
      parameters === 0 ? '–' : formatCount(parameters),
      model === 'carried' ? `**${rate}**` : rate,
      percent(strict7Unique.accuracy),
      strict7.macroF1.toFixed(3),
    ];
  });
  const [{ strict7, strict7Unique }] = Object.values(models);
  const header = [
    'FER+ test images, majority label',
    'parameters',
    `all ${formatCount(strict7.n)}`,
    `the ${formatCount(strict7Unique.n)} that are not in training too`,
    'macro F1',
  ];
  return markdownTable(header, rows, 'lrrrr');
}

/** Formats the figures of the default model as its card's table. */
export function carriedToMarkdown(summary: ModelSummary): string {
  const { strict7, strict7Unique, strict8, plural7, ece, coverage, temperature } = summary;
  const rate = (one: ModelSummary['plural7']) => `${percent(one.accuracy)} of ${formatCount(one.n)}`;
  const recall = EMOTIONS.map((emotion, id) => {
    const count = strict7.matrix[id].reduce((sum, cell) => sum + cell, 0);
    return `${emotion} ${percent(strict7.recall[emotion])} (${formatCount(count)})`;
  });
  const interval = `(Wilson 95 %: ${percent(strict7.low)} to ${percent(strict7.high)})`;
  const surest = [coverage['0.8'], coverage['0.5']];
  const after = `${ece.after.toFixed(3)} after a temperature of ${temperature.toFixed(2)}`;
  return markdownTable(
    ['FER+ test images', ''],
    [
      ['majority label, seven expressions', `**${rate(strict7)}** ${interval}`],
      ['without images that stand in training too', rate(strict7Unique)],
      ['with contempt, which it cannot name', rate(strict8)],
      ['most votes, however few', rate(plural7)],
      ['recall by expression', recall.join(', ')],
      ['macro F1', strict7.macroF1.toFixed(3)],
      ['right among the surest 80 %, the surest half', surest.map(percent).join(', ')],
      ['expected calibration error, 15 bins', `${ece.before.toFixed(3)} before, ${after}`],
    ],
  );
}
