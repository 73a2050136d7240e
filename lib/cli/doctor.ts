import type { Diagnosis } from '../setup/doctor';
import { defineCommand, print, toggle } from './command';

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
export const define = defineCommand({
  options: { json: toggle('--json', 'print JSON') },
  async run({ json }) {
    const { diagnose } = await import('../setup/doctor');
    const diagnosis = await diagnose();
    print(json ? JSON.stringify(diagnosis, null, 2) : toText(diagnosis));
  },
});

function toText({ problems, ...facts }: Diagnosis): string {
  const lines = Object.entries(LABELS).map(([key, label]) => {
    const fact = facts[key as keyof typeof facts] ?? 'missing';
    return label.padEnd(16) + (typeof fact === 'string' ? fact : fact ? 'yes' : 'no');
  });
  const end = problems.length === 0 ? ['No problems found.'] : problems.map((problem) => `- ${problem}`);
  return [...lines, ...end].join('\n');
}
