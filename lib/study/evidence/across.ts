import { accuracyByCharacter, pairedDifference, type ScoredFrame } from '../../core/group-intervals';
import type { Estimate } from '../../core/intervals';
import type { EvidenceArchive } from './archive';
import { ladderRuns, runsOf, scoreFrames } from './summary';

/** A network that learned from one data set, asked about another, beside face-api's, which learned from photographs. */
export interface AcrossSummary {
  /** Short name, for quotes. */
  readonly name: 'generated' | 'six';
  readonly learned: string;
  readonly asked: string;
  readonly own: Estimate;
  readonly faceapi: Estimate;
  /** Own minus face-api's, paired by character. */
  readonly difference: Estimate;
}

/**
 * Summarizes accuracy across data sets: from one generator seed to another, and from generated characters to those drawn
 * by hand. What was not run is left out.
 */
export function summarizeAcross(archive: EvidenceArchive): AcrossSummary[] {
  const { growth, final } = archive.runs;
  const counts = growth.filter(({ model }) => model === 'augmented').map(({ split }) => Number(split.slice('growth-'.length))); // prettier-ignore
  const most = Math.max(0, ...counts);
  const ask = (model: string) => runsOf(final, { model, splits: ['final'] });
  const pairs = [
    {
      name: 'generated' as const,
      learned: 'generated characters of seed 7 (the model of drawn faces)',
      asked: 'generated characters of seed 2029',
      own: ask('shipped'),
      faceapi: ask('faceapi'),
    },
    {
      name: 'six' as const,
      learned: `${most} generated characters of seed 11 (compact network, changed samples)`,
      asked: 'the six drawn by hand',
      own: runsOf(growth, { model: 'augmented', splits: [`growth-${most}`] }),
      faceapi: ladderRuns(archive, 'characters', 'faceapi'),
    },
  ];
  return pairs
    .filter(({ own, faceapi }) => own.length > 0 && faceapi.length > 0)
    .map(({ own, faceapi, ...texts }) => {
      const set = texts.name === 'six' ? 'six' : 'final';
      const compared = [own, faceapi].map((runs) => scoreFrames(archive, runs, set));
      return { ...texts, ...compare(compared[0], compared[1]) };
    });
}

function compare(own: readonly ScoredFrame[], faceapi: readonly ScoredFrame[]) {
  return {
    own: accuracyByCharacter(own),
    faceapi: accuracyByCharacter(faceapi),
    difference: pairedDifference(own, faceapi),
  };
}
