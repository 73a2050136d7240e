import fs from 'node:fs';
import { isCompiledStale, venvProgram } from '.';
import { readOutput } from './command';
import { kernelFile } from './kernel';
import { startEngine } from '../tensor/backend';
import type { EngineInfo } from '../tensor/backend';

/** What runs here, and what is missing. Null stands for what is not there. */
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

/** Looks at Node, TensorFlow, Python, JupyterLab and the kernel. Changes nothing. */
export async function diagnose(): Promise<Diagnosis> {
  const { reason, ...engine } = await startEngine();
  const facts = {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    ...engine,
    tensorflow: engine.tensorflow ?? null,
    ...pythonVersions(),
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

const PYTHON_QUERY = `
import importlib.metadata, json, platform
versions = {"python": platform.python_version()}
try: versions["jupyterLab"] = importlib.metadata.version("jupyterlab")
except importlib.metadata.PackageNotFoundError: pass
print(json.dumps(versions))`;

function pythonVersions(): { python: string | null; jupyterLab: string | null } {
  const answer = readOutput([venvProgram('python'), '-c', PYTHON_QUERY]);
  const found = answer ? (JSON.parse(answer) as { python: string; jupyterLab?: string }) : undefined;
  return { python: found?.python ?? null, jupyterLab: found?.jupyterLab ?? null };
}

function kernelCommand(): string | null {
  if (!fs.existsSync(kernelFile())) return null;
  const spec = JSON.parse(fs.readFileSync(kernelFile(), 'utf8')) as { argv: string[] };
  return spec.argv.join(' ');
}
