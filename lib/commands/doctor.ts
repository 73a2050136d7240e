import { diagnose } from '../setup/doctor';

/**
 * Prints what runs here and what is missing.
 * @param form `json` for programs, `text` for people
 * @param print gets each line
 */
export async function runDoctor(form: 'json' | 'text', print: (line: string) => void): Promise<void> {
  const diagnosis = await diagnose();
  if (form === 'json') return print(JSON.stringify(diagnosis, null, 2));
  const { problems, ...facts } = diagnosis;
  const labels: Record<keyof typeof facts, string> = {
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
  for (const [key, label] of Object.entries(labels)) {
    print(`${label.padEnd(16)}${formatFact(facts[key as keyof typeof facts])}`);
  }
  print(problems.length === 0 ? 'All is well.' : problems.map((problem) => `- ${problem}`).join('\n'));
}

function formatFact(fact: string | boolean | null): string {
  if (fact === null) return 'missing';
  return typeof fact === 'boolean' ? (fact ? 'yes' : 'no') : fact;
}
