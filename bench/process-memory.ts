import fs from 'node:fs';

/**
 * Memory of several processes together, in MB (10^6 bytes): each page counted once (the sum of the proportional set sizes),
 * and the sum of the resident set sizes, where shared pages, such as TensorFlow's code, count in each process.
 */
export type TotalMemory = readonly [residentMb: number, summedMb: number];

/**
 * Watches the memory of a process and its descendants, four times a second.
 * @returns a function that ends watching and returns the peak of each figure
 * @param pid of the process
 * @throws Error if the system does not report proportional set sizes, as on macOS and Windows
 */
export function watchMemory(pid: number): () => TotalMemory {
  if (measureMemory(process.pid)[0] === 0)
    throw new Error('Expected Pss in /proc/self/smaps_rollup but found none: memory cannot be measured here');
  let peak: TotalMemory = [0, 0];
  const look = () => {
    const [residentMb, summedMb] = measureMemory(pid);
    peak = [Math.max(peak[0], residentMb), Math.max(peak[1], summedMb)];
  };
  look();
  const timer = setInterval(look, 250);
  return () => {
    clearInterval(timer);
    return peak;
  };
}

/** Returns the memory of a process and its descendants. */
function measureMemory(pid: number): TotalMemory {
  const texts = listBelow(pid).map((one) => readIfThere(`/proc/${one}/smaps_rollup`));
  const sumMb = (field: RegExp) =>
    texts.reduce((sum, text) => sum + (Number(field.exec(text)?.[1] ?? 0) * 1024) / 1e6, 0);
  return [sumMb(/^Pss: +(\d+) kB/m), sumMb(/^Rss: +(\d+) kB/m)];
}

/** Lists a process and its descendants. */
function listBelow(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of fs.readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const stat = readIfThere(`/proc/${name}/stat`);
    // The name, in parentheses, can have any characters.
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const isBelow = (one: number | undefined): boolean => one === pid || (!!one && isBelow(parents.get(one)));
  return [...parents.keys()].filter(isBelow);
}

function readIfThere(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    // The process has ended.
    return '';
  }
}
