import type { Command } from 'commander';
import type { Diagnosis } from '../setup/doctor';
import { print } from './terminal';

const LABELS: Readonly<Record<keyof Omit<Diagnosis, 'problems'>, string>> = {
  node: 'Node.js',
  platform: 'Platform',
  backend: 'Backend',
  tensorflow: 'TensorFlow',
  device: 'Device',
  oneDnn: 'oneDNN',
  python: 'Python',
  jupyterLab: 'JupyterLab',
  kernel: 'Kernel',
  compiled: 'dist is current',
};

/** Defines `doctor`. */
export function define(command: Command): void {
  command.option('--json', 'print JSON').action(async ({ json }: { json?: boolean }) => {
    const { diagnose } = await import('../setup/doctor');
    const diagnosis = await diagnose();
    print(json ? JSON.stringify(diagnosis, null, 2) : toText(diagnosis));
  });
}

function toText({ problems, ...facts }: Diagnosis): string {
  const lines = Object.entries(LABELS).map(
    ([key, label]) => `${label.padEnd(16)}${formatFact(facts[key as keyof typeof facts])}`,
  );
  const end = problems.length === 0 ? ['No problems found.'] : problems.map((problem) => `- ${problem}`);
  return [...lines, ...end].join('\n');
}

function formatFact(fact: string | boolean | null): string {
  if (fact === null) return 'missing';
  return typeof fact === 'boolean' ? (fact ? 'yes' : 'no') : fact;
}
