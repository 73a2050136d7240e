import fs from 'node:fs';
import { kernelFile } from '../setup/kernel';
import { venvProgram } from '../setup/python';
import { readOutput } from '../setup/step';
import { defineCommand, print, toggle } from './command';

/** Defines `doctor`. */
export const define = defineCommand({
  options: { json: toggle('--json', 'print JSON') },
  async run({ json }) {
    const diagnosis = await diagnose();
    print(json ? JSON.stringify(diagnosis, null, 2) : toText(diagnosis));
  },
});

/**
 * Inspects Node, TensorFlow, the Python of .venv, JupyterLab, the kernel's command line, and whether dist matches lib.
 * Changes nothing.
 * @returns versions and state, null: missing; and `problems`: each problem with its remedy, one line each
 */
async function diagnose() {
  const { isCompiledStale } = await import('../setup');
  const { startEngine } = await import('../tensor/backend');
  const { reason, ...engine } = await startEngine();
  const facts = {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    ...engine,
    tensorflow: engine.tensorflow ?? null,
    python: askPython('import platform; print(platform.python_version())'),
    jupyterLab: askPython('import importlib.metadata; print(importlib.metadata.version("jupyterlab"))'),
    kernel: kernelCommand(),
    compiled: !isCompiledStale(),
  };
  const problems = [
    reason && `${reason}; the ${engine.backend} backend is used`,
    !facts.jupyterLab && 'JupyterLab is missing from .venv: npm run setup',
    !facts.kernel && 'the tslab kernel is not registered: npm run setup',
    !facts.compiled && 'dist is older than lib: npm run setup',
  ].filter((line): line is string => Boolean(line));
  return { ...facts, problems };
}

function askPython(program: string): string | null {
  return readOutput([venvProgram('python'), '-c', program]) ?? null;
}

function kernelCommand(): string | null {
  if (!fs.existsSync(kernelFile())) return null;
  const spec = JSON.parse(fs.readFileSync(kernelFile(), 'utf8')) as { argv: string[] };
  return spec.argv.join(' ');
}

function toText({ problems, ...facts }: Awaited<ReturnType<typeof diagnose>>): string {
  const lines = Object.entries({
    'Node.js': facts.node,
    Platform: facts.platform,
    Backend: facts.backend,
    TensorFlow: facts.tensorflow,
    Device: facts.device,
    oneDNN: facts.oneDnn ? 'yes' : 'no',
    Python: facts.python,
    JupyterLab: facts.jupyterLab,
    Kernel: facts.kernel,
    dist: facts.compiled ? 'up to date with lib' : 'older than lib',
  }).map(([label, fact]) => label.padEnd(16) + (fact ?? 'missing'));
  const end = problems.length === 0 ? ['No problems found.'] : problems.map((problem) => `- ${problem}`);
  return [...lines, ...end].join('\n');
}
