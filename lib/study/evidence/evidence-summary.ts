import { mean, type Estimate } from '../../core/intervals';
import { formatPercent } from '../../core/metrics';
import { formatRate, rateTable } from '../../figures/tables';
import { markdownTable } from '../markdown';
import {
  aboutSet,
  accuracyByProtocol,
  accuracyOf,
  calibrateModel,
  differenceOf,
  studyAnswers,
} from './scored-answers';
import type { Evidence } from './evidence-archive';
import { ablationRates, MODEL_NAMES, nameModel } from './evidence-figures';
import { PROTOCOL_NAMES, type Protocol } from './splits';

/** Computes the figures of results/reference/evidence.json. */
export function summarizeEvidence(evidence: Evidence) {
  const answers = studyAnswers(evidence, 'protocols');
  const byModel = accuracyByProtocol(answers, ({ model }) => model);
  const byRow = ablationRates(studyAnswers(evidence, 'ablation'), 'keys');
  const toRates = (rows: typeof byModel, protocol: Protocol) =>
    Object.fromEntries(
      rows
        .filter(({ group }) => group === PROTOCOL_NAMES[protocol])
        .map(({ label, estimate }) => [label, toRate(estimate)]),
    );
  const { tergat, best } = estimateUnseen(evidence);
  const { eceBefore, eceAfter } = calibrateModel(evidence, 'characters', 'compact');
  const leftOut = answers.filter(({ model, protocol }) => model === 'tergat' && protocol === 'characters');
  const meanScore = (own: typeof leftOut) => round(mean(own.map(({ score }) => score)));
  return {
    splits: {
      frames: toRates(byModel, 'frames'),
      clips: toRates(byModel, 'clips'),
      characters: toRates(byModel, 'characters'),
    },
    unseen: { tergat: toRate(tergat), best: toRate(best) },
    ablation: toRates(byRow, 'frames'),
    calibration: { eceBefore: round(eceBefore), eceAfter: round(eceAfter) },
    coverage: { found: meanScore(leftOut.filter(({ answer }) => answer)), all: meanScore(leftOut) },
  };
}

/** Estimates accuracy on the final characters, and the paired difference of the best model and TerGat. */
function estimateUnseen(evidence: Evidence) {
  const answers = studyAnswers(evidence, 'unseen');
  const [tergat, best] = ['tergat', 'shipped'].map((name) => answers.filter(({ model }) => model === name));
  return { tergat: accuracyOf(tergat), best: accuracyOf(best), difference: differenceOf(best, tergat) };
}

/** Rounds an accuracy and its 95 % interval, 0 to 1. */
function toRate({ value, low, high }: Estimate) {
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
