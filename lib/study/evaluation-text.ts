import { EMOTIONS } from '../core/emotions';
import type { Estimate, Proportion } from '../core/intervals';
import { type ConfusionMatrix, formatPercent } from '../core/metrics';
import { describeAssumed } from '../faces/detector/usual-landmarks';
import type { GroupEvaluation } from './evaluate-groups';
import type { ModelComparison, ModelEvaluation } from './evaluate-models';
import { describeGroups } from './group-text';

/** Evaluations of one or two models on the same images. */
export interface EvaluationResults {
  /** Name of the data set. */
  readonly dataset: string;
  readonly evaluations: readonly ModelEvaluation[];
  /** Comparison of two models. */
  readonly paired?: ModelComparison;
  /** Scores by group, in the order of the evaluations. */
  readonly groups?: readonly GroupEvaluation[];
}

/** Formats evaluations for other programs. */
export function evaluationsToJson({ dataset, evaluations, paired, groups }: EvaluationResults): string {
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

/** Formats evaluations for people. */
export function evaluationsToText({ dataset, evaluations, paired, groups }: EvaluationResults): string {
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
