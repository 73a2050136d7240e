import fs from 'node:fs';
import path from 'node:path';
import { homePath } from '../lib/files/project';
import { createEnvironment } from '../lib/setup/python';
import { runCommand, runStep } from '../lib/setup/step';

/** The peers and the packages of each; requirements/bench.txt pins them and their dependencies. */
const PEERS: Readonly<Record<string, readonly string[]>> = {
  PyTorch: ['torch'],
  Keras: ['keras', 'tensorflow-cpu'],
  dlib: ['dlib-bin', 'face_recognition_models', 'opencv-python-headless', 'pillow'],
};

const FOLDER = homePath('.bench', 'venv');

/** Returns the path of the peers' Python. */
export function peersPython(): string {
  const [folder, program] = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  return path.join(FOLDER, folder, program);
}

/** Returns the reason why no peer can run; undefined if their environment exists. */
export function missingPeersReason(): string | undefined {
  return fs.existsSync(peersPython())
    ? undefined
    : 'the peers are not installed: npm run bench -- --install-peers';
}

/** Installs the peers into their own environment, .bench/venv, and prints a line for each; an existing one is reused. */
export async function installPeers(print: (line: string) => void): Promise<void> {
  if (await runStep('Python', prepareEnvironment, print)) return;
  for (const [name, packages] of Object.entries(PEERS)) {
    const pip = [peersPython(), '-m', 'pip', 'install', '--quiet', '-c', 'requirements/bench.txt'];
    const install = async () => {
      await runCommand([...pip, ...packages]);
      return `${packages.join(', ')} in .bench/venv`;
    };
    await runStep(name, install, print);
  }
}

async function prepareEnvironment(): Promise<string> {
  if (!missingPeersReason()) return '.bench/venv exists';
  await createEnvironment(FOLDER);
  return '.bench/venv was created';
}
