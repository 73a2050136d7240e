import { EMOTIONS } from '../core/emotions';
import { readExperiment } from '../core/experiment';
import type { Estimate, Proportion } from '../core/intervals';
import type { ConfusionMatrix } from '../core/metrics';
import { formatPercent } from '../core/numbers';
import { describeAssumed } from '../faces/detector/usual-landmarks';
import type { SplitPart } from '../core/record';
import type { Dataset } from '../datasets/dataset';
import { type StopFlag, watchStop } from '../notebook/stop';
import { loadPredictor } from '../predict/predictor';
import {
  compareEvaluations,
  evaluateModel,
  type ModelComparison,
  type ModelEvaluation,
} from '../study/evaluate-models';
import { evaluateGroups, findColumn, type GroupEvaluation } from '../study/evaluate-groups';
import { openData } from '../study/open-dataset';
import { describeGroups } from './group-text';
import { checkOutput, openOutput } from './output';
import { followOnStderr, tellNotes } from './progress';

/** What {@link runEvaluate} is asked for. */
export interface EvaluateRequest {
  readonly data?: string;
  /** Whose numbers the data's classes have. */
  readonly numbered?: string;
  /** Whether its images are cropped faces; default what `CROPPED` and the reader say. */
  readonly cropped?: boolean;
  /** Which official side is scored; default the test side of data that have sides, else all. */
  readonly side?: SplitPart | 'all';
  /** One or two: model files or `face-api`; none: the project's own. */
  readonly models: readonly (string | undefined)[];
  readonly abstainBelow?: number;
  /** Column that puts images into groups, each of which is scored; default none. */
  readonly by?: string;
  readonly format: 'text' | 'json';
  readonly output?: string;
}

/**
 * Evaluates one model on a labelled folder, or compares two image by image.
 * @param stopFlag ends it before its next image; default Ctrl-C
 * @returns whether it went to its end; stopped, it writes nothing
 * @throws RangeError when a model or the folder cannot be used, or the data do not have the column
 */
export async function runEvaluate(
  request: EvaluateRequest,
  stopFlag?: Pick<StopFlag, 'isRequested' | 'dispose'>,
): Promise<boolean> {
  const { data, numbered, cropped, by, format, output } = request;
  checkOutput(output);
  const onDrawn = followOnStderr('Drawing');
  const opened = await openData(readExperiment(process.env), data, onDrawn, { numbered, cropped });
  tellNotes(opened);
  const column = by === undefined ? undefined : findColumn(opened, by);
  const dataset = chooseSide(opened, request.side ?? (column?.name === 'side' ? 'all' : undefined));
  const stop = stopFlag ?? watchStop();
  try {
    const evaluations = await evaluateAll(request, dataset, stop.isRequested);
    if (!evaluations) return false;
    const groups = column && evaluations.map((one) => evaluateGroups(one, dataset.records, column));
    await writeEvaluations(dataset, evaluations, { format, output, groups });
    return true;
  } finally {
    stop.dispose();
  }
}

/**
 * Takes one official side of a data set, which then is named after it.
 * @throws RangeError for a side that the data have not
 */
export function chooseSide(dataset: Dataset, side?: SplitPart | 'all'): Dataset {
  const isOfficialSplit = dataset.records.every((record) => record.side);
  const chosen = side ?? (isOfficialSplit ? 'test' : 'all');
  if (chosen === 'all') return dataset;
  const records = dataset.records.filter((record) => record.side === chosen);
  if (records.length > 0) return { ...dataset, name: `${dataset.name}, ${chosen} side`, records };
  throw new RangeError(
    `Expected images of the ${chosen} side in ${dataset.name} but received none: take --side all`,
  );
}

async function evaluateAll(
  { models, abstainBelow }: EvaluateRequest,
  dataset: Dataset,
  shouldStop: () => boolean,
): Promise<ModelEvaluation[] | undefined> {
  const evaluations: ModelEvaluation[] = [];
  for (const model of models) {
    const predictor = await loadPredictor({
      model,
      abstainBelow,
      cropped: dataset.cropped,
      faces: 'largest',
    });
    try {
      const onProgress = followOnStderr(`Images (${predictor.classifier.name})`);
      const evaluation = await evaluateModel(predictor, dataset, { onProgress, shouldStop });
      if (!evaluation) return undefined;
      evaluations.push(evaluation);
    } finally {
      predictor.dispose();
    }
  }
  return evaluations;
}

async function writeEvaluations(
  { name: dataset, records }: Dataset,
  evaluations: readonly ModelEvaluation[],
  {
    format,
    output,
    groups,
  }: Pick<EvaluateRequest, 'format' | 'output'> & { readonly groups?: readonly GroupEvaluation[] },
): Promise<void> {
  const [first, second] = evaluations;
  const paired = second && compareEvaluations(first, second, records);
  const target = await openOutput(output);
  try {
    const write = format === 'json' ? toJson : toText;
    await target.write(write(dataset, evaluations, { paired, groups }));
    await target.finish();
  } finally {
    await target.discard();
  }
}

/** What is written beside each model's own scores. */
interface FurtherResults {
  readonly paired?: ModelComparison;
  /** In the models' order. */
  readonly groups?: readonly GroupEvaluation[];
}

function toJson(
  dataset: string,
  evaluations: readonly ModelEvaluation[],
  { paired, groups }: FurtherResults,
): string {
  const models = evaluations.map((evaluation, index) => ({
    ...evaluation,
    outcomes: undefined,
    confidences: undefined,
    by: groups && namedGroups(groups[index]),
  }));
  return `${JSON.stringify({ dataset, labels: EMOTIONS, models, paired }, null, 2)}\n`;
}

/** A group without a name is written as null. */
function namedGroups(evaluation: GroupEvaluation) {
  return { ...evaluation, groups: evaluation.groups.map((one) => ({ ...one, group: one.group ?? null })) };
}

function toText(
  dataset: string,
  evaluations: readonly ModelEvaluation[],
  { paired, groups }: FurtherResults,
): string {
  const lines = [`Data: ${dataset}, ${evaluations[0].outcomes.length} images`];
  for (const [index, evaluation] of evaluations.entries())
    lines.push('', ...describeModel(evaluation), ...(groups ? ['', ...describeGroups(groups[index])] : []));
  if (paired) {
    const { both, onlyFirst, onlySecond, neither, pValue, difference } = paired;
    const [first, second] = evaluations.map(({ model }) => model);
    lines.push(
      '',
      `Right: both ${both}, only ${first} ${onlyFirst}, only ${second} ${onlySecond}, neither ${neither}.`,
    );
    lines.push(
      `McNemar's exact test: p = ${pValue.toPrecision(2)} (images of one person or clip are not independent).`,
    );
    if (difference)
      lines.push(`${first} minus ${second}, paired by person or character: ${toInterval(difference)}`);
  }
  return `${lines.join('\n')}\n`;
}

function describeModel(evaluation: ModelEvaluation): string[] {
  const assumed = describeAssumed(evaluation.assumed, evaluation.score.foundFaces.trials);
  const { model, description, score, calibrationError, answered, rightOfAnswered, seconds, byCharacter } =
    evaluation;
  return [
    `${model}: ${description}`,
    `  accuracy of all images        ${toPercent(score.allImages)}`,
    ...(byCharacter ? [`  over persons or characters    ${toInterval(byCharacter)}`] : []),
    `  accuracy where a face is found ${toPercent(score.foundFaces)}`,
    ...(assumed ? [`  ${assumed}`] : []),
    `  macro F1 where a face is found ${score.macroF1.toFixed(4)}`,
    `  calibration error             ${calibrationError.toFixed(4)}`,
    `  answered, not unsure          ${toPercent(answered)}`,
    `  right of these                ${toPercent(rightOfAnswered)}`,
    `  time                          ${seconds.toFixed(1)} s`,
    ...describeConfusion(score.matrix),
  ];
}

/** Formats a confusion matrix as lines of text. */
export function describeConfusion(matrix: ConfusionMatrix): string[] {
  return [
    '  confusion (rows: true, columns: answered)',
    `    ${''.padEnd(9)}${EMOTIONS.map((name) => name.slice(0, 8).padStart(9)).join('')}`,
    ...EMOTIONS.map(
      (name, row) => `    ${name.padEnd(9)}${matrix[row].map((count) => String(count).padStart(9)).join('')}`,
    ),
  ];
}

/** Formats an estimated share with its 95 % interval. */
export function toInterval({ value, low, high }: Estimate): string {
  return `${formatPercent(value)} (95 %: ${formatPercent(low)} to ${formatPercent(high)})`;
}

/** Formats a share with its counts and Wilson's 95 % interval. */
export function toPercent({ value, low, high, successes, trials }: Proportion): string {
  if (trials === 0) return '– (0 of 0)';
  return `${formatPercent(value)} (${successes} of ${trials}; Wilson 95 %: ${formatPercent(low)} to ${formatPercent(high)})`;
}
