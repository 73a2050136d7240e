import path from 'node:path';
import { projectRoot } from '../../engine/project';
import { loadArchive, toArchive, type EvidenceArchive } from './archive';
import { runEvidence, type Study } from './run-evidence';

/** The folder of the committed predictions. */
export function archiveDirectory(): string {
  return path.join(projectRoot(), 'results', 'reference', 'evidence');
}

/**
 * Opens the evidence that a notebook reads.
 * @param options.environment `EVIDENCE`: `committed` (default) reads the committed predictions; `full` runs what is not
 *   in the cache, which takes a quarter of an hour on two cores; `small` runs everything at a small size, in minutes, to
 *   show the way. `FERG_DIR` runs it on FERG-DB in place of the six drawn characters.
 * @param options.studies what the notebook needs, default all
 * @param options.print is told what is run
 * @throws RangeError for another value of EVIDENCE
 */
export async function openEvidence(options: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly studies?: readonly Study[];
  readonly print?: (line: string) => void;
}): Promise<EvidenceArchive> {
  const { environment, studies, print = () => undefined } = options;
  const kind = environment.EVIDENCE || (environment.FERG_DIR ? 'full' : 'committed');
  if (kind === 'committed') return loadArchive(archiveDirectory());
  if (kind === 'full' || kind === 'small')
    return toArchive(await runEvidence({ size: kind, studies, environment, print }));
  throw new RangeError(`Expected committed, full or small for EVIDENCE but received ${kind}`);
}
