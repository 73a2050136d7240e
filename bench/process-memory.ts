import fs from 'node:fs';

/** How often memory is looked at. */
const EVERY_MS = 250;

/** Memory of several processes together, in MB (10^6 bytes). */
export interface TotalMemory {
  /** What lies in memory, each page counted once: the sum of the processes' proportional set sizes. */
  readonly residentMb: number;
  /** The sum of the resident set sizes: pages that processes share, such as TensorFlow's code, count in each. */
  readonly summedMb: number;
}

/** Watches how much memory a process and all that it started take together. */
export interface MemoryWatch {
  /** Ends watching. @returns the peak of each */
  stop(): TotalMemory;
}

/**
 * Watches the resident memory of a process and of all below it, four times a second.
 * @param pid the topmost process
 * @throws Error where the system does not tell what memory processes share
 */
export function watchMemory(pid: number): MemoryWatch {
  if (totalMemory(process.pid).residentMb === 0)
    throw new Error('Expected Pss in /proc/self/smaps_rollup but found none: memory cannot be measured here');
  let peak = totalMemory(pid);
  const look = () => {
    const now = totalMemory(pid);
    peak = {
      residentMb: Math.max(peak.residentMb, now.residentMb),
      summedMb: Math.max(peak.summedMb, now.summedMb),
    };
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return peak;
    },
  };
}

/** Gives the resident memory of a process and of all below it. */
export function totalMemory(pid: number): TotalMemory {
  const total = { residentMb: 0, summedMb: 0 };
  for (const one of listBelow(pid)) {
    const text = readIfThere(`/proc/${one}/smaps_rollup`);
    const mb = (field: string) =>
      (Number(new RegExp(`^${field}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024) / 1e6;
    total.residentMb += mb('Pss');
    total.summedMb += mb('Rss');
  }
  return total;
}

/** Lists a process and all below it. */
function listBelow(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of fs.readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const stat = readIfThere(`/proc/${name}/stat`);
    // The name, in parentheses, may hold anything.
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const isBelow = (one: number | undefined): boolean => one === pid || (!!one && isBelow(parents.get(one)));
  return [...parents.keys()].filter(isBelow);
}

function readIfThere(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    // The process has ended meanwhile.
    return '';
  }
}
