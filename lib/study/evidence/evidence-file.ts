import fs from 'node:fs';
import path from 'node:path';
import type { Estimate, GroupedEstimate } from '../../core/intervals';
import { formatPercent } from '../../core/metrics';
import { saveFigure } from '../../figures/figure';
import { formatRate, rateTable } from '../../figures/tables';
import { markdownTable } from '../markdown';
import {
  aboutSet,
  accuracyBy,
  accuracyByProtocol,
  accuracyOf,
  differenceOf,
  studyAnswers,
  type EvidenceAnswer,
} from './answers';
import type { Evidence } from './archive';
import { calibrateModel } from './calibration';
import { ABLATION, ablationRowOf, drawFigures, MODEL_NAMES, nameModel } from './figures';
import type { Protocol } from './splits';

/** An accuracy with its 95 % interval, 0 to 1. */
type Rate = Readonly<Record<'accuracy' | 'low' | 'high', number>>;

/** Computes the figures of results/reference/evidence.json. */
export function summarizeEvidence(evidence: Evidence) {
  const answers = studyAnswers(evidence, 'protocols');
  const group = ({ protocol }: EvidenceAnswer) => protocol;
  const byModel = accuracyBy(answers, { label: ({ model }) => model, group });
  const byRow = accuracyBy(studyAnswers(evidence, 'ablation'), {
    label: (answer) => ablationRowOf(answer)?.name,
    group,
    labels: ABLATION.map(({ name }) => name),
  });
  const { tergat, best } = estimateUnseen(evidence);
  const { eceBefore, eceAfter } = calibrateModel(evidence, 'characters', 'compact');
  const leftOut = answers.filter(({ model, protocol }) => model === 'tergat' && protocol === 'characters');
  const right = leftOut.filter(({ score }) => score === 1).length;
  const found = leftOut.filter(({ answer }) => answer !== undefined).length;
  return {
    splits: {
      frames: toRates(byModel, 'frames'),
      clips: toRates(byModel, 'clips'),
      characters: toRates(byModel, 'characters'),
    },
    unseen: { tergat: toRate(tergat), best: toRate(best) },
    ablation: toRates(byRow, 'frames'),
    calibration: { eceBefore: round(eceBefore), eceAfter: round(eceAfter) },
    coverage: { found: round(right / found), all: round(right / leftOut.length) },
  };
}

function toRates(rows: readonly GroupedEstimate[], protocol: Protocol): Record<string, Rate> {
  const own = rows.filter(({ group }) => group === protocol);
  return Object.fromEntries(own.map(({ label, estimate }) => [label, toRate(estimate)]));
}

/** Estimates accuracy on the final characters, and the paired difference of the best model and TerGat. */
function estimateUnseen(evidence: Evidence): Record<'tergat' | 'best' | 'difference', Estimate> {
  const answers = studyAnswers(evidence, 'unseen');
  const [tergat, best] = ['tergat', 'shipped'].map((name) => answers.filter(({ model }) => model === name));
  return { tergat: accuracyOf(tergat), best: accuracyOf(best), difference: differenceOf(best, tergat) };
}

function toRate({ value, low, high }: Estimate): Rate {
  return { accuracy: round(value), low: round(low), high: round(high) };
}

/** Rounds to six digits, so that rounding noise does not change the file. */
function round(value: number): number {
  return Math.round(1e6 * value) / 1e6;
}

/**
 * Computes and formats the figures that texts may quote: those of evidence.json, named by their paths, and `growth.six`,
 * the accuracy on the six characters after training on the largest number of generated ones.
 */
export function computeQuotes(evidence: Evidence): Map<string, string> {
  const growth = aboutSet(studyAnswers(evidence, 'growth'), 'six').filter(
    ({ model }) => model === 'augmented',
  );
  const most = Math.max(...growth.map(({ trainingCharacters }) => trainingCharacters!));
  const six = accuracyOf(growth.filter(({ trainingCharacters }) => trainingCharacters === most));
  const quotes = new Map<string, string>();
  const add = (value: object, prefix: string) => {
    for (const [key, inner] of Object.entries(value) as [string, object | number][])
      if (typeof inner === 'number')
        quotes.set(key === 'accuracy' ? prefix.slice(0, -1) : prefix + key, formatPercent(inner, 1));
      else add(inner, `${prefix}${key}.`);
  };
  add({ ...summarizeEvidence(evidence), growth: { six: toRate(six) } }, '');
  return quotes;
}

/**
 * Updates the quoted figures of a text, such as `<!--q splits.frames.tergat-->99.4 %<!--/q-->`.
 * @throws RangeError for an unknown figure
 */
export function replaceQuotes(text: string, quotes: ReadonlyMap<string, string>): string {
  return text.replace(/<!--q ([\w.-]+)-->(.*?)<!--\/q-->/g, (_, name: string) => {
    const written = quotes.get(name);
    if (written === undefined)
      throw new RangeError(`Expected the name of a figure for a quote but received ${name}`);
    return `<!--q ${name}-->${written}<!--/q-->`;
  });
}

/**
 * Formats the comparison of split protocols and the test on the final characters as the README's tables.
 * @returns Markdown
 */
export function evidenceToMarkdown(evidence: Evidence): string {
  const rates = accuracyByProtocol(studyAnswers(evidence, 'protocols'), nameModel);
  const rows = rateTable(rates, 'split by');
  const { tergat, best, difference } = estimateUnseen(evidence);
  const unseen = [
    ['TerGat, from the six', formatRate(tergat)],
    [`${MODEL_NAMES.shipped}, from 40 generated characters`, formatRate(best)],
    ['difference in points, paired by character', formatRate(difference)],
  ];
  return [
    markdownTable(Object.keys(rows[0]), rows.map(Object.values) as string[][]),
    markdownTable(['24 generated characters, tested once', 'accuracy'], unseen),
  ].join('\n\n');
}

/**
 * Saves evidence.json and the figures.
 * @param directory of evidence.json; the figures are saved in its subdirectory `evidence`
 */
export async function saveEvidenceFile(directory: string, evidence: Evidence): Promise<void> {
  const figureDirectory = path.join(directory, 'evidence');
  fs.mkdirSync(figureDirectory, { recursive: true });
  const summary = summarizeEvidence(evidence);
  fs.writeFileSync(path.join(directory, 'evidence.json'), `${JSON.stringify(summary, null, 2)}\n`);
  for (const [name, figure] of Object.entries(await drawFigures(evidence)))
    if (figure) await saveFigure(figure, figureDirectory, name);
}
