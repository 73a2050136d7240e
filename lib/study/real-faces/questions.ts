import { EMOTIONS } from '../../core/emotions';
import { wilsonInterval, type Proportion } from '../../core/intervals';
import { likeliestOf } from '../../core/metrics';
import { mean } from '../../core/numbers';
import { strictWinner, VOTE_COLUMNS } from '../../core/votes';
import type { RealFacesArchive, ScoredFace } from './archive';
import type { RealFacesModel } from './plan';
import { calibrate } from './summary';

/** How many of ten annotators chose an image's label, and what a model said of such images. */
export interface AgreementRow {
  /** Such as `9 or 10 of 10`. */
  readonly votes: string;
  readonly images: number;
  /** Mean calibrated probability of the model's answer. */
  readonly confidence: number;
  readonly accuracy: Proportion;
}

/** Votes for the label, from the most divided images. */
const VOTE_BINS = [
  { votes: 'up to 5', least: 0, most: 5 },
  { votes: '6', least: 6, most: 6 },
  { votes: '7', least: 7, most: 7 },
  { votes: '8', least: 8, most: 8 },
  { votes: '9', least: 9, most: 9 },
  { votes: '10', least: 10, most: 10 },
] as const;

/** Tells how sure and how right a model is where annotators agree, and where they are divided. Test side, strict-7. */
export function agreementRows(archive: RealFacesArchive, model: RealFacesModel): AgreementRow[] {
  const run = archive.runs[model]?.find(({ test }) => test.length > 0);
  if (!run) throw new RangeError(`Expected answers of ${model} about the test side but received none`);
  const { faces, labels, probabilities } = calibrate(archive.faces, run).answers;
  const answers = likeliestOf(probabilities);
  return VOTE_BINS.flatMap(({ votes, least, most }) => {
    const rows = faces.flatMap((face, row) => {
      const count = Math.max(...face.votes);
      return count >= least && count <= most ? [row] : [];
    });
    if (rows.length === 0) return [];
    return {
      votes,
      images: rows.length,
      confidence: mean(rows.map((row) => probabilities[EMOTIONS.length * row + answers[row]])),
      accuracy: wilsonInterval(rows.filter((row) => answers[row] === labels[row]).length, rows.length),
    };
  });
}

/**
 * Measures one annotator against the other nine: over every vote for an image, how often it is the strict winner of the
 * votes that are left without it. Images on which these have no winner are left out.
 * @param faces images with ten votes; others are left out
 */
export function annotatorAgreement(faces: readonly Pick<ScoredFace, 'votes'>[]): Proportion {
  let [agreeing, all] = [0, 0];
  for (const { votes } of faces) {
    if (votes.reduce((sum, count) => sum + count, 0) !== votes.length) continue;
    votes.forEach((count, column) => {
      if (count === 0) return;
      const others = votes.map((other, index) => (index === column ? other - 1 : other));
      const winner = strictWinner(others);
      if (!winner) return;
      all += count;
      if (VOTE_COLUMNS[column] === winner) agreeing += count;
    });
  }
  return wilsonInterval(agreeing, all);
}

/** What was published on FER+, each under its own protocol: no row may be compared with ours without its note. */
export const PUBLISHED_FER_PLUS: readonly {
  readonly name: string;
  readonly accuracy: string;
  readonly parameters: string;
  readonly protocol: string;
}[] = [
  {
    name: 'VGG13 of the FER+ paper (Barsoum et al. 2016)',
    accuracy: '85.0',
    parameters: '8.75 million',
    protocol: 'eight classes, majority',
  },
  {
    name: 'eyes and mouth, VGG at 64x64 (Lian et al., "Expression Analysis Based on Face Regions in the Wild")',
    accuracy: '81.6 (eyes 55.2, mouth 73.2, whole face 81.9)',
    parameters: 'not given',
    protocol: 'n = 3,404; best of five runs, chosen on the test side',
  },
  {
    name: 'vicksam/fer-model',
    accuracy: '87.0 +- 0.4',
    parameters: '0.17 million',
    protocol: 'strict-8 by the votes of fer2013new.csv, n = 3,153; five runs',
  },
  {
    name: 'RAN, SCN with face pretraining',
    accuracy: '88.6 to 89.4',
    parameters: '11 million and more',
    protocol: 'eight classes, majority',
  },
];
