import fs from 'node:fs';
import { isCompiledStale } from '.';
import { type EngineInfo, startEngine } from '../tensor/backend';
import { kernelFile } from './kernel';
import { venvProgram } from './python';
import { readOutput } from './step';

/** What runs here, and what is missing. Null means missing. */
export interface Diagnosis extends Omit<EngineInfo, 'reason' | 'tensorflow'> {
  readonly node: string;
  readonly platform: string;
  readonly tensorflow: string | null;
  /** Version of the Python in .venv. */
  readonly python: string | null;
  readonly jupyterLab: string | null;
  /** The kernel's command line. */
  readonly kernel: string | null;
  /** Whether dist matches lib. */
  readonly compiled: boolean;
  /** What to do, one line each; empty when all is well. */
  readonly problems: readonly string[];
}

/** Inspects Node, TensorFlow, Python, JupyterLab and the kernel. Changes nothing. */
export async function diagnose(): Promise<Diagnosis> {
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
    reason && `${reason}; the ${engine.backend} backend serves`,
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
