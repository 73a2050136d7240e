import fs from 'node:fs';
import path from 'node:path';
import type { Estimate } from '../../core/intervals';
import { formatPercent } from '../../core/metrics';
import { saveFigure, type Figure } from '../../figures/figure';
import { formatRate, rateTable } from '../../figures/tables';
import { markdownTable } from '../markdown';
import { ABLATION, ablationFigure, ablationRowOf, type AblationName } from './ablation';
import {
  aboutSet,
  accuracyBy,
  accuracyByProtocol,
  accuracyOf,
  studyAnswers,
  deletionAnswers,
  type EvidenceAnswer,
} from './answers';
import type { Evidence } from './archive';
import { attentionFigure } from './attention';
import { attributionFigure, deletionFigure } from './attribution-figures';
import { calibrateModel, reliabilityFigure, riskFigure } from './calibration';
import { growthFigure } from './growth';
import { MODEL_NAMES, nameModel, protocolsFigure } from './protocols';
import type { Protocol } from './splits';
import { summarizeUnseen } from './unseen';

/** An accuracy with its 95 % interval, 0 to 1. */
interface RateInterval {
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
}

/** The figures of the evidence: results/reference/evidence.json. */
export interface EvidenceFile {
  readonly splits: Readonly<Record<Protocol, Readonly<Record<string, RateInterval>>>>;
  readonly unseen: { readonly tergat: RateInterval; readonly best: RateInterval };
  readonly ablation: Readonly<Partial<Record<AblationName, RateInterval>>>;
  readonly calibration: { readonly eceBefore: number; readonly eceAfter: number };
  readonly coverage: { readonly found: number; readonly all: number };
}

/** Computes the figures of evidence.json. */
export function summarizeEvidence(evidence: Evidence): EvidenceFile {
  const answers = studyAnswers(evidence, 'protocols');
  const byModel = (protocol: Protocol) =>
    toRates(
      answers.filter((answer) => answer.protocol === protocol),
      ({ model }) => model,
    );
  const { tergat, best } = summarizeUnseen(studyAnswers(evidence, 'unseen'));
  const { eceBefore, eceAfter } = calibrateModel(evidence, 'characters', 'compact');
  const ablation = studyAnswers(evidence, 'ablation').filter(({ protocol }) => protocol === 'frames');
  const leftOut = answers.filter(({ model, protocol }) => model === 'tergat' && protocol === 'characters');
  const right = leftOut.filter(({ score }) => score === 1).length;
  const found = leftOut.filter(({ answer }) => answer !== undefined).length;
  return {
    splits: { frames: byModel('frames'), clips: byModel('clips'), characters: byModel('characters') },
    unseen: { tergat: toRate(tergat), best: toRate(best) },
    ablation: toRates(
      ablation,
      (answer) => ablationRowOf(answer)?.name,
      ABLATION.map(({ name }) => name),
    ),
    calibration: { eceBefore: round(eceBefore), eceAfter: round(eceAfter) },
    coverage: { found: round(right / found), all: round(right / leftOut.length) },
  };
}

function toRates(
  answers: readonly EvidenceAnswer[],
  label: (answer: EvidenceAnswer) => string | undefined,
  labels?: readonly string[],
): Record<string, RateInterval> {
  const rows = accuracyBy(answers, { label, group: () => '', labels });
  return Object.fromEntries(rows.map(({ label: name, estimate }) => [name, toRate(estimate)]));
}

function toRate({ value, low, high }: Estimate): RateInterval {
  return { accuracy: round(value), low: round(low), high: round(high) };
}

/** Rounds to six digits, so that rounding noise does not change the file. */
function round(value: number): number {
  return Math.round(1e6 * value) / 1e6;
}

/** A quoted figure in Markdown, such as `<!--q splits.frames.tergat-->99.4 %<!--/q-->`. */
const QUOTE = /<!--q ([\w.-]+)-->(.*?)<!--\/q-->/g;

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

/** Lists the quoted figures of a text: names and formatted values. */
export function listQuotes(text: string): { readonly name: string; readonly written: string }[] {
  return Array.from(text.matchAll(QUOTE), ([, name, written]) => ({ name, written }));
}

/**
 * Updates the quoted figures of a text.
 * @throws RangeError for an unknown figure
 */
export function replaceQuotes(text: string, quotes: ReadonlyMap<string, string>): string {
  return text.replace(QUOTE, (_, name: string) => {
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
  const { tergat, best, difference } = summarizeUnseen(studyAnswers(evidence, 'unseen'));
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
  fs.mkdirSync(path.join(directory, 'evidence'), { recursive: true });
  const summary = summarizeEvidence(evidence);
  fs.writeFileSync(path.join(directory, 'evidence.json'), `${JSON.stringify(summary, null, 2)}\n`);
  const removals = deletionAnswers(evidence).filter(({ model }) => model === 'compact');
  const growth = studyAnswers(evidence, 'growth');
  const figures: Record<string, Figure | undefined> = {
    protocols: protocolsFigure(studyAnswers(evidence, 'protocols')),
    ablation: ablationFigure(studyAnswers(evidence, 'ablation')),
    growth_generated: growthFigure(growth, 'development'),
    growth_six: growthFigure(growth, 'six'),
    reliability: reliabilityFigure(evidence, 'compact'),
    risk_coverage: riskFigure(evidence, 'compact'),
    attention: attentionFigure(studyAnswers(evidence, 'attention')),
    removal_clips: deletionFigure(removals.filter(({ protocol }) => protocol === 'clips')),
    removal_characters: deletionFigure(removals.filter(({ protocol }) => protocol === 'characters')),
    attribution_compact: await attributionFigure(evidence, 'compact'),
    attribution_tergat: await attributionFigure(evidence, 'tergat'),
    attribution_learned: await attributionFigure(evidence, 'learned'),
  };
  for (const [name, figure] of Object.entries(figures))
    if (figure) await saveFigure(figure, path.join(directory, 'evidence'), name);
}
