import { emotionId } from '../../core/emotions';
import { accuracyByCharacter, pairedDifference, type ScoredFrame } from '../../core/group-intervals';
import type { Estimate } from '../../core/intervals';
import type { EvidenceArchive } from './archive';
import type { CoverageRun } from './coverage';
import { HARD_NAMES, type HardKind } from './hard-images';

/** What one way of making images hard costs, and what the fallback gives back. */
export interface CoverageSummary {
  readonly kind: HardKind;
  /** In words. */
  readonly shown: string;
  readonly images: number;
  /** Share of the images whose face was found, 0 to 1. */
  readonly found: number;
  /** Accuracy of these; undefined where there is none. */
  readonly ofFound?: Estimate;
  /** Accuracy of the fallback on the others, where a guess has one in seven; undefined where there is none. */
  readonly ofMissed?: Estimate;
  /** Accuracy of all images, a missed one being wrong. */
  readonly ofAll: Estimate;
  /** Accuracy of all images, the missed ones cut at the average places of training. */
  readonly withFallback: Estimate;
  /** What the fallback gives, paired by character. */
  readonly gain: Estimate;
}

/** Summarizes each way of making images hard. */
export function summarizeCoverage(archive: EvidenceArchive): CoverageSummary[] {
  return archive.coverage.map((run) => {
    const [all, filled] = [run.answers, run.fallback].map((answers) => scoreCopies(archive, run, answers));
    const found = all.filter((_, row) => run.answers[row] !== '-');
    const missed = filled.filter((_, row) => run.answers[row] === '-');
    return {
      kind: run.kind,
      shown: HARD_NAMES[run.kind],
      images: run.frames.length,
      found: found.length / all.length,
      ...(found.length > 0 && { ofFound: accuracyByCharacter(found) }),
      ...(missed.length > 0 && { ofMissed: accuracyByCharacter(missed) }),
      ofAll: accuracyByCharacter(all),
      withFallback: accuracyByCharacter(filled),
      gain: pairedDifference(filled, all),
    };
  });
}

function scoreCopies({ records }: EvidenceArchive, { frames }: CoverageRun, answers: string): ScoredFrame[] {
  return frames.map((position, row) => {
    const { character, emotion, path, clip = path } = records[position];
    return { character, clip, score: Number(answers[row] === String(emotionId(emotion))) };
  });
}
