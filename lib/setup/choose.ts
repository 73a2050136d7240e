/** Which build of TensorFlow set-up puts under tfjs-node-gpu. */
export type Variant = 'cpu' | 'gpu';

/** Asks a program and gives its output, or undefined when it is missing or fails. */
type Ask = (command: readonly string[]) => string | undefined;

/** The TensorFlow release that is set up and tested; requirements/ pins the same. */
export const TENSORFLOW_VERSION = '2.21.0';

/** The oldest Python that the pinned packages run on. */
const PYTHON_MINIMUM = [3, 10] as const;

/**
 * Chooses between TensorFlow's CPU and CUDA builds.
 * @param asked the user's choice, which wins; undefined: the CUDA build where `nvidia-smi` lists a GPU
 * @param ask how programs are asked
 */
export function chooseVariant(asked: Variant | undefined, ask: Ask): Variant {
  if (asked) return asked;
  const gpus = ask(['nvidia-smi', '--list-gpus']) ?? '';
  return /^GPU \d+:/m.test(gpus) ? 'gpu' : 'cpu';
}

/**
 * Finds a Python that is new enough.
 * @param ask how programs are asked
 * @returns its command, or why there is none
 */
export function findPython(ask: Ask): { readonly python: string } | { readonly reason: string } {
  const found: string[] = [];
  for (const python of ['python3', 'python']) {
    const version = ask([python, '-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
    if (!version) continue;
    const [major, minor] = version.split('.').map(Number);
    if (major === PYTHON_MINIMUM[0] && minor >= PYTHON_MINIMUM[1]) return { python };
    found.push(`${python} is ${version}`);
  }
  const minimum = PYTHON_MINIMUM.join('.');
  const seen = found.length ? ` (${found.join(', ')})` : '';
  return {
    reason: `no Python >= ${minimum} was found${seen}; Debian and Ubuntu: apt install python3 python3-venv`,
  };
}

/**
 * Finds a C++ compiler.
 * @param ask how programs are asked
 * @param preferred the `CXX` environment variable
 */
export function findCompiler(
  ask: Ask,
  preferred: string | undefined,
): { readonly compiler: string } | { readonly reason: string } {
  const names = [preferred, 'c++', 'g++', 'clang++'].filter((name): name is string => Boolean(name));
  const compiler = names.find((name) => ask([name, '--version']) !== undefined);
  if (compiler) return { compiler };
  return { reason: `no C++ compiler was found (${names.join(', ')}); Debian and Ubuntu: apt install g++` };
}

/**
 * Tells why native TensorFlow cannot be set up on a platform.
 * @returns one line, or undefined where it can
 */
export function whyUnsupported(platform: string, architecture: string): string | undefined {
  if (platform === 'linux' && architecture === 'x64') return undefined;
  return `native TensorFlow is set up on Linux x64 only, this is ${platform} ${architecture}`;
}
