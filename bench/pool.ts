import { startSubject, type Subject } from './subject';
import { SUBJECTS, type SubjectName, type KnownSubject } from './subjects';
import { missingPeersReason } from './peers';

/** Number of TerGat's parameters. A subject with another number would do different work. */
export const TERGAT_PARAMETERS = 35_480_655;

/** Subjects whose network is not TerGat. */
const OTHER_NETWORKS: readonly SubjectName[] = ['small', 'compact'];

/** The running benchmark subjects. */
export interface Pool {
  /** Versions that the subjects reported, by name. */
  readonly versions: Record<string, string>;
  /**
   * Returns a running subject; it is started when needed.
   * @throws Error when it cannot start or has another number of parameters than TerGat
   */
  get(name: SubjectName): Promise<Subject>;
  /** Ends all subjects but the named ones, to limit memory. */
  keep(names: readonly SubjectName[]): Promise<void>;
}

/** Creates an empty pool of benchmark subjects. */
export function createPool(): Pool {
  const living = new Map<SubjectName, Subject>();
  const versions: Record<string, string> = {};
  const start = async (name: SubjectName) => {
    const spec: KnownSubject = SUBJECTS[name];
    const reason = spec.isPeer ? missingPeersReason() : undefined;
    if (reason) throw new Error(reason);
    const subject = await startSubject(spec);
    living.set(name, subject);
    checkParameters(name, subject);
    Object.assign(versions, subject.ready.versions);
    return subject;
  };
  return {
    versions,
    get: async (name) => living.get(name) ?? start(name),
    keep: async (names) => {
      const idle = [...living].filter(([name]) => !names.includes(name));
      for (const [name] of idle) living.delete(name);
      await Promise.all(idle.map(([, subject]) => subject.close()));
    },
  };
}

function checkParameters(name: SubjectName, { label, ready: { parameters } }: Subject): void {
  if (parameters === undefined || OTHER_NETWORKS.includes(name) || parameters === TERGAT_PARAMETERS) return;
  throw new Error(`Expected ${TERGAT_PARAMETERS} parameters for ${label} but received ${parameters}`);
}
