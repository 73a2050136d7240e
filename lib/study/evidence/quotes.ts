import type { Estimate } from '../../core/intervals';
import { summarizeAcross } from './across';
import type { EvidenceArchive } from './archive';
import { compareUses, compareWithRandom, summarizeRemovals, summarizeUses, type RemovalChoice } from './attention'; // prettier-ignore
import { summarizeCoverage, type CoverageSummary } from './coverage-summary';
import { compareOnSix, coverageAtRisk, distanceParts } from './details';
import type { LadderStep } from './plan';
import { GROWTH } from './splits';
import { estimateRuns, LADDER_STEPS, runsOf, summarizeAblation, summarizeCalibration, summarizeEvidence, summarizeUnseen } from './summary'; // prettier-ignore

/** A quoted figure in a text: its name, and how it is written there. */
export interface Quote {
  readonly name: string;
  readonly written: string;
}

/** As `<!--q splits.frames.tergat-->99.4 %<!--/q-->`: Markdown shows the figure alone. */
const QUOTE = /<!--q ([\w.-]+)-->(.*?)<!--\/q-->/g;

/**
 * Computes every figure that texts may quote, as they write it, from the committed predictions.
 * @returns by name: those of evidence.json under their paths there, and further ones
 */
export function computeQuotes(archive: EvidenceArchive): Map<string, string> {
  const quotes = new Map<string, string>();
  const { splits, unseen, ablation, calibration, coverage } = summarizeEvidence(archive);
  addRates(quotes, { splits, unseen, ablation, calibration, coverage }, '');
  addEstimate(quotes, 'difference', summarizeUnseen(archive).difference);
  for (const { name, own, faceapi, difference } of summarizeAcross(archive))
    for (const [part, estimate] of Object.entries({ own, faceapi, difference }))
      addEstimate(quotes, `across.${name}.${part}`, estimate);
  for (const summary of summarizeCoverage(archive)) addCoverage(quotes, summary);
  for (const [name, estimate] of Object.entries(summarizeAblation(archive, 'characters')))
    addEstimate(quotes, `ablationCharacters.${name}`, estimate);
  addGrowth(quotes, archive);
  for (const step of LADDER_STEPS) addConfidence(quotes, archive, step);
  for (const step of LADDER_STEPS) addUses(quotes, archive, step);
  for (const choice of LOOKED) addRemovals(quotes, archive, choice);
  return quotes;
}

/** Whose looks are quoted. */
const LOOKED: readonly RemovalChoice[] = [
  { model: 'compact', step: 'clips' },
  { model: 'compact', step: 'characters' },
  { model: 'tergat', step: 'clips' },
];

function addUses(quotes: Map<string, string>, archive: EvidenceArchive, step: LadderStep): void {
  for (const [model, estimate] of Object.entries(summarizeUses(archive, step)))
    addEstimate(quotes, `attention.${step}.${model}`, estimate);
  for (const [model, estimate] of Object.entries(compareUses(archive, step)))
    addEstimate(quotes, `attention.${step}.${model}.gain`, estimate);
}

function addRemovals(quotes: Map<string, string>, archive: EvidenceArchive, choice: RemovalChoice): void {
  for (const { accuracy, drop, ...removal } of summarizeRemovals(archive, choice)) {
    const { mark, first, share } = removal;
    const name = ['removal', choice.step, choice.model, mark, first, Math.round(100 * share)].join('.');
    addEstimate(quotes, name, accuracy);
    addEstimate(quotes, `${name}.drop`, drop);
    addEstimate(quotes, `${name}.beyond`, compareWithRandom(archive, { ...choice, ...removal }));
  }
}

function addCoverage(quotes: Map<string, string>, summary: CoverageSummary): void {
  const { kind, found, ofFound, ofMissed, ofAll, withFallback, gain } = summary;
  quotes.set(`hard.${kind}.found`, percent(found));
  for (const [name, estimate] of Object.entries({ ofFound, ofMissed, ofAll, withFallback, gain }))
    if (estimate) addEstimate(quotes, `hard.${kind}.${name}`, estimate);
}

function addGrowth(quotes: Map<string, string>, archive: EvidenceArchive): void {
  for (const count of GROWTH) {
    const models = new Set(archive.runs.growth.map(({ model }) => model));
    for (const model of models) {
      const runs = runsOf(archive.runs.growth, { model, splits: [`growth-${count}`] });
      if (runs.length === 0) continue;
      for (const set of ['development', 'six'] as const)
        addEstimate(quotes, `growth.${set}.${model}.${count}`, estimateRuns(archive, runs, set));
      addEstimate(quotes, `six.${model}.${count}`, compareOnSix(archive, model, count).difference);
    }
  }
}

function addConfidence(
  quotes: Map<string, string>,
  archive: EvidenceArchive,
  step: (typeof LADDER_STEPS)[number],
): void {
  for (const model of ['compact', 'tergat']) {
    const { eceBefore, eceAfter } = summarizeCalibration(archive, step, model);
    quotes.set(`calibration.${step}.${model}.before`, percent(eceBefore));
    quotes.set(`calibration.${step}.${model}.after`, percent(eceAfter));
  }
  quotes.set(`answered.${step}`, percent(coverageAtRisk(archive, step, 0.05)));
  const parts = distanceParts(archive, step);
  quotes.set(`distance.${step}.nearest`, percent(parts[0].error));
  quotes.set(`distance.${step}.farthest`, percent(parts[parts.length - 1].error));
}

/** Names each number of nested objects by its path. */
function addRates(quotes: Map<string, string>, value: object, path: string): void {
  for (const [key, inner] of Object.entries(value) as [string, object | number][]) {
    const name = path ? `${path}.${key}` : key;
    if (typeof inner === 'number') quotes.set(key === 'accuracy' ? path : name, percent(inner));
    else addRates(quotes, inner, name);
  }
}

function addEstimate(quotes: Map<string, string>, name: string, { value, low, high }: Estimate): void {
  quotes.set(name, percent(value));
  quotes.set(`${name}.low`, percent(low));
  quotes.set(`${name}.high`, percent(high));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Lists what a text quotes. */
export function listQuotes(text: string): Quote[] {
  return Array.from(text.matchAll(QUOTE), ([, name, written]) => ({ name, written }));
}

/**
 * Writes the present figures in place of those that a text quotes.
 * @throws RangeError when a text quotes a figure that there is not
 */
export function replaceQuotes(text: string, quotes: ReadonlyMap<string, string>): string {
  return text.replace(QUOTE, (_, name: string) => {
    const written = quotes.get(name);
    if (written === undefined)
      throw new RangeError(`Expected the name of a figure for a quote but received ${name}`);
    return `<!--q ${name}-->${written}<!--/q-->`;
  });
}
