import { startProgram, type RunningProgram } from './start-program';
import { PROGRAMS, type ProgramName, type KnownProgram } from './measured-programs';
import { missingPeersReason } from './peers';

/** Number of TerGat's parameters. A program with another number would do different work. */
export const TERGAT_PARAMETERS = 35_480_655;

/** Programs whose network is not TerGat. */
const OTHER_NETWORKS: readonly ProgramName[] = ['small', 'compact'];

/** The running measured programs. */
export interface ProgramPool {
  /** Versions that the programs reported, by name. */
  readonly versions: Record<string, string>;
  /**
   * Returns a running program; it is started when needed.
   * @throws Error when it cannot start or has another number of parameters than TerGat
   */
  get(name: ProgramName): Promise<RunningProgram>;
  /** Ends all programs but the named ones, to limit memory. */
  keep(names: readonly ProgramName[]): Promise<void>;
}

/** Creates an empty pool of measured programs. */
export function createProgramPool(): ProgramPool {
  const living = new Map<ProgramName, RunningProgram>();
  const versions: Record<string, string> = {};
  const start = async (name: ProgramName) => {
    const spec: KnownProgram = PROGRAMS[name];
    const reason = spec.isPeer ? missingPeersReason() : undefined;
    if (reason) throw new Error(reason);
    const program = await startProgram(spec);
    living.set(name, program);
    checkParameters(name, program);
    Object.assign(versions, program.ready.versions);
    return program;
  };
  return {
    versions,
    get: async (name) => living.get(name) ?? start(name),
    keep: async (names) => {
      const idle = [...living].filter(([name]) => !names.includes(name));
      for (const [name] of idle) living.delete(name);
      await Promise.all(idle.map(([, program]) => program.close()));
    },
  };
}

function checkParameters(name: ProgramName, { label, ready: { parameters } }: RunningProgram): void {
  if (parameters === undefined || OTHER_NETWORKS.includes(name) || parameters === TERGAT_PARAMETERS) return;
  throw new Error(`Expected ${TERGAT_PARAMETERS} parameters for ${label} but received ${parameters}`);
}
