import { readFileSync } from 'node:fs';
import path from 'node:path';

interface KnownInterval {
  readonly values: readonly number[];
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Made by scripts/fixtures/evidence_fixture.py with scipy, scikit-learn and numpy. */
export const evidenceFixture = JSON.parse(
  readFileSync(path.join(__dirname, '../fixtures/core/evidence.json'), 'utf8'),
) as {
  readonly quantiles: readonly { freedom: number; t: number }[];
  readonly intervals: readonly KnownInterval[];
  readonly paired: KnownInterval & { readonly first: readonly number[]; readonly second: readonly number[] };
  readonly calibration: {
    /** A digit each. */
    readonly labels: string;
    /** Float32, base64: seven for each label. */
    readonly probabilities: string;
    readonly error: number;
    readonly temperature: number;
  };
};
