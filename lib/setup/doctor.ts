import fs from 'node:fs';
import { isCompiledStale } from '.';
import { startEngine } from '../tensor/backend';
import { kernelFile } from './kernel';
import { venvProgram } from './python';
import { readOutput } from './step';

/** Result of {@link diagnose}; null: missing. */
export type Diagnosis = Awaited<ReturnType<typeof diagnose>>;

/**
 * Inspects Node, TensorFlow, the Python of .venv, JupyterLab, the kernel's command line, and whether dist matches lib.
 * Changes nothing.
 * @returns versions and state, and `problems`: each problem with its remedy, one line each; empty if there are none
 */
export async function diagnose() {
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
