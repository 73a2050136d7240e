import { startContender, type Contender } from './contender';
import { CONTENDERS, type ContenderName, type KnownContender } from './contenders';
import { whyNoPeers } from './peers';

/** Number of TerGat's parameters. A subject with another number would do different work. */
export const TERGAT_PARAMETERS = 35_480_655;

/** Subjects whose network is not TerGat. */
const OTHER_NETWORKS: readonly ContenderName[] = ['small', 'compact'];

/** The running benchmark subjects. */
export interface Pool {
  /** Versions that the subjects reported, by name. */
  readonly versions: Record<string, string>;
  /**
   * Returns a running subject; it is started when needed.
   * @throws Error when it cannot start or has another number of parameters than TerGat
   */
  get(name: ContenderName): Promise<Contender>;
  /** Ends all subjects but the named ones, to limit memory. */
  keep(names: readonly ContenderName[]): Promise<void>;
}

/** Creates an empty pool of benchmark subjects. */
export function createPool(): Pool {
  const living = new Map<ContenderName, Contender>();
  const versions: Record<string, string> = {};
  const start = async (name: ContenderName) => {
    const spec: KnownContender = CONTENDERS[name];
    const reason = spec.isPeer ? whyNoPeers() : undefined;
    if (reason) throw new Error(reason);
    const contender = await startContender(spec);
    living.set(name, contender);
    checkParameters(name, contender);
    Object.assign(versions, contender.ready.versions);
    return contender;
  };
  return {
    versions,
    get: async (name) => living.get(name) ?? start(name),
    keep: async (names) => {
      const idle = [...living].filter(([name]) => !names.includes(name));
      for (const [name] of idle) living.delete(name);
      await Promise.all(idle.map(([, contender]) => contender.close()));
    },
  };
}

function checkParameters(name: ContenderName, { label, ready: { parameters } }: Contender): void {
  if (parameters === undefined || OTHER_NETWORKS.includes(name) || parameters === TERGAT_PARAMETERS) return;
  throw new Error(`Expected ${TERGAT_PARAMETERS} parameters for ${label} but received ${parameters}`);
}
