import { startContender, type Contender } from './contender';
import { CONTENDERS, type ContenderName, type KnownContender } from './contenders';
import { whyNoPeers } from './peers';

/** TerGat's trained numbers; a contender with another number of them does other work. */
export const TERGAT_PARAMETERS = 35_480_655;

/** Which contenders have a network that is not TerGat. */
const OTHER_NETWORKS: readonly ContenderName[] = ['small', 'compact'];

/** The contenders that are alive. */
export interface Pool {
  /** Versions that the contenders told, by name. */
  readonly versions: Record<string, string>;
  /**
   * Gives a living contender.
   * @throws Error when it cannot be started or trains another network than the others
   */
  get(name: ContenderName): Promise<Contender>;
  /** Ends all but those that are still needed, so that few hold memory at a time. */
  keep(names: readonly ContenderName[]): Promise<void>;
}

/** Makes a pool of contenders, none of which is started yet. */
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
