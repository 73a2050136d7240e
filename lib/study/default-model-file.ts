import { formatPercent } from '../core/numbers';
import type { Proportion } from '../core/intervals';
import type { FrameRecord } from '../core/record';
import type { ModelEvaluation } from './evaluate-models';

/** How the model that the project carries does on the six characters drawn by hand, none of which it learned from. */
export interface DefaultModelFile {
  /** SHA-256 of the model's file, hexadecimal: another model is to be measured anew. */
  readonly sha256: string;
  readonly dataset: string;
  readonly images: number;
  /** Of all images, a missed face counted as an error, 0 to 1; each image for itself, which they are not. */
  readonly accuracyOfAll: number;
  /** The same of each character alone. */
  readonly characters: Readonly<Record<string, number>>;
  /** Share of the found faces that were answered, not `unsure`, and of these the right ones. */
  readonly answered: number;
  readonly rightOfAnswered: number;
  /** Expected calibration error over the found faces. */
  readonly calibrationError: number;
}

/**
 * Puts together what is committed of an evaluation.
 * @param records of the data set, in its order
 * @param facts.sha256 of the model's file
 */
export function toDefaultModelFile(
  evaluation: ModelEvaluation,
  records: readonly FrameRecord[],
  facts: Pick<DefaultModelFile, 'sha256' | 'dataset'>,
): DefaultModelFile {
  const { score, outcomes, answered, rightOfAnswered, calibrationError } = evaluation;
  const names = [...new Set(records.map(({ character }) => character))].sort();
  const rateOf = (name: string) => {
    const own = outcomes.filter((_, index) => records[index].character === name);
    return own.filter(Boolean).length / own.length;
  };
  const value = ({ value: share }: Proportion) => share;
  return {
    ...facts,
    images: records.length,
    accuracyOfAll: value(score.ofAll),
    characters: Object.fromEntries(names.map((name) => [name, rateOf(name)])),
    answered: value(answered),
    rightOfAnswered: value(rightOfAnswered),
    calibrationError,
  };
}

/** Writes the file as the model card's table. */
export function defaultModelToMarkdown(file: DefaultModelFile): string {
  const { images, accuracyOfAll, characters, answered, rightOfAnswered, calibrationError } = file;
  const each = Object.entries(characters).map(([name, rate]) => `${name} ${formatPercent(rate)}`);
  return [
    '| the six characters drawn by hand | |',
    '| --- | --- |',
    `| images | ${images.toLocaleString('en-US')} |`,
    `| accuracy | **${formatPercent(accuracyOfAll)}** |`,
    `| of each character | ${each.join(', ')} |`,
    `| answered, not \`unsure\` | ${formatPercent(answered)}, of these right ${formatPercent(rightOfAnswered)} |`,
    `| calibration error | ${calibrationError.toFixed(4)} |`,
  ].join('\n');
}
