import fs from 'node:fs';
import path from 'node:path';
import { hashFiles, listFiles, projectRoot } from '../files/project';
import { saveWhole } from '../files/write-file';
import { addonDirectory } from '../tensor/backend';
import { createEnvironment, findPython, isStamped } from './python';
import { readOutput, runCommand } from './step';

/** Build of TensorFlow. */
export type Variant = 'cpu' | 'gpu';

/** The TensorFlow release that is set up and tested; requirements/ pins the same. */
export const TENSORFLOW_VERSION = '2.21.0';

/**
 * Installs TensorFlow for tfjs-node-gpu: the C library and headers of PyPI's wheel, and the package's own n-api
 * sources compiled against them. .tensorflow/ keeps them for the next `npm ci`.
 * @param asked default {@link detectVariant}
 * @returns what was done
 * @throws Error with the reason where it cannot be installed
 */
export async function setUpNative(asked?: Variant): Promise<string> {
  const { platform, arch } = process;
  if (platform !== 'linux' || arch !== 'x64')
    throw new Error(`native TensorFlow is set up on Linux x64 only, this is ${platform} ${arch}`);
  const variant = asked ?? detectVariant();
  const folder = path.join(projectRoot(), '.tensorflow', `${variant}-${TENSORFLOW_VERSION}`);
  const label = `TensorFlow ${TENSORFLOW_VERSION}, ${variant === 'gpu' ? 'CUDA' : 'CPU'} build`;
  const addon = path.join(folder, 'tfjs_binding.node');
  const copy = path.join(addonDirectory(), 'tfjs_binding.node');
  const stamp = `${addon}.sha256`;
  const sources = listFiles(path.join(packageDirectory(), 'binding'), '.cc');
  const requirements = ['requirements/tensorflow-cpu.txt', 'requirements/tensorflow-gpu.txt'];
  const wanted = hashFiles([...sources, ...requirements]);
  if (!isStamped(stamp, wanted)) {
    const compiler = findCompiler();
    // Deleted first: after an interruption, an old stamp would make a partial file look complete.
    fs.rmSync(stamp, { force: true });
    const installation = await (variant === 'cpu' ? installCpu(folder) : installGpu(folder));
    await compileAddon(compiler, sources, installation, addon);
    fs.writeFileSync(stamp, wanted);
  } else if (fs.existsSync(copy) && fs.readFileSync(copy).equals(fs.readFileSync(addon))) {
    return `${label} is installed`;
  }
  // The file is replaced, not overwritten: a running process keeps the old one.
  await saveWhole(copy, fs.readFileSync(addon));
  return `${label} was installed for tfjs-node-gpu`;
}

/** Chooses the CUDA build if `nvidia-smi` lists a GPU. */
export function detectVariant(): Variant {
  return /^GPU \d+:/m.test(readOutput(['nvidia-smi', '--list-gpus']) ?? '') ? 'gpu' : 'cpu';
}

/**
 * Finds a C++ compiler: that of the environment variable `CXX`, or a usual one.
 * @throws Error that says what to install
 */
export function findCompiler(): string {
  const names = [process.env.CXX || [], 'c++', 'g++', 'clang++'].flat();
  const compiler = names.find((name) => readOutput([name, '--version']) !== undefined);
  if (compiler) return compiler;
  throw new Error(`no C++ compiler was found (${names.join(', ')}); Debian and Ubuntu: apt install g++`);
}

/** Downloads the CPU wheel and unpacks its headers and two libraries. @returns the folders of both */
async function installCpu(folder: string) {
  const installation = { libraries: path.join(folder, 'lib'), headers: path.join(folder, 'include') };
  if (fs.existsSync(path.join(folder, 'complete'))) return installation;
  const python = findPython();
  fs.rmSync(folder, { recursive: true, force: true });
  const wheels = path.join(folder, 'wheel');
  fs.mkdirSync(wheels, { recursive: true });
  // The wheel is for Python 3.11, whatever the user's Python is: nothing in it is imported.
  const target = '--python-version 3.11 --implementation cp --platform manylinux_2_27_x86_64'.split(' ');
  const pinned = ['--require-hashes', '-r', 'requirements/tensorflow-cpu.txt', '-d', wheels];
  const download = [python, '-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:'];
  await runCommand([...download, ...target, ...pinned]);
  const [wheel] = fs.readdirSync(wheels);
  await runCommand([python, 'scripts/unpack_tensorflow.py', path.join(wheels, wheel), folder]);
  fs.rmSync(wheels, { recursive: true });
  fs.writeFileSync(path.join(folder, 'complete'), '');
  return installation;
}

/** Installs the CUDA build into its own Python environment. No committed figure was made with it. */
async function installGpu(folder: string) {
  await createEnvironment(folder);
  const python = path.join(folder, 'bin', 'python');
  const pinned = ['--require-hashes', '--only-binary=:all:', '-r', 'requirements/tensorflow-gpu.txt'];
  await runCommand([python, '-m', 'pip', 'install', '--quiet', ...pinned]);
  const query =
    'import importlib.util; print(importlib.util.find_spec("tensorflow").submodule_search_locations[0])';
  const libraries = (await runCommand([python, '-c', query])).trim();
  return { libraries, headers: path.join(libraries, 'include') };
}

function packageDirectory(): string {
  return path.dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
}

async function compileAddon(
  compiler: string,
  sources: readonly string[],
  { libraries, headers }: Awaited<ReturnType<typeof installCpu>>,
  addon: string,
): Promise<void> {
  const nodeHeaders = path.dirname(require.resolve('node-api-headers/package.json'));
  // Relative to the folder that the addon is copied to, so that the project's folder can be moved.
  const search = `$ORIGIN/${path.relative(addonDirectory(), libraries)}`;
  await runCommand([
    compiler,
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding'],
    ...['-DBUILDING_NODE_EXTENSION', `-I${headers}`, `-I${path.join(nodeHeaders, 'include')}`],
    ...[`-I${packageDirectory()}`, ...sources, `-L${libraries}`],
    ...['-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2', `-Wl,-rpath,${search}`, '-o', addon],
  ]);
}
