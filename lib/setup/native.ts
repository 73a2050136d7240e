import fs from 'node:fs';
import path from 'node:path';
import { hashFiles, listFiles, projectRoot } from '../files/project';
import { addonDirectory } from '../tensor/backend';
import { saveWhole } from '../files/whole-file';
import { chooseVariant, findCompiler, findPython, TENSORFLOW_VERSION, whyUnsupported } from './choose';
import type { Variant } from './choose';
import { readOutput, runCommand } from './command';
import { createEnvironment, isStamped } from './python';
import type { StepOutcome } from './step';

/** Where a build's library and headers lie. */
interface Installation {
  readonly libraries: string;
  readonly headers: string;
}

/**
 * Puts TensorFlow under tfjs-node-gpu: the C library and headers of PyPI's wheel, and the package's own n-api
 * sources compiled against them. What is kept in .tensorflow/ survives a new `npm ci`.
 * @param asked the user's choice of build; undefined: by `nvidia-smi`
 */
export async function setUpNative(asked: Variant | undefined): Promise<StepOutcome> {
  const unsupported = whyUnsupported(process.platform, process.arch);
  if (unsupported) return { state: 'unavailable', detail: unsupported };
  const variant = chooseVariant(asked, readOutput);
  const folder = path.join(projectRoot(), '.tensorflow', `${variant}-${TENSORFLOW_VERSION}`);
  const label = `TensorFlow ${TENSORFLOW_VERSION}, ${variant === 'gpu' ? 'CUDA' : 'CPU'} build`;
  const addon = path.join(folder, 'tfjs_binding.node');
  const sources = addonSources();
  const wanted = hashFiles([
    ...sources,
    'requirements/tensorflow-cpu.txt',
    'requirements/tensorflow-gpu.txt',
  ]);
  if (!isStamped(`${addon}.sha256`, wanted)) {
    const compiler = findCompiler(readOutput, process.env.CXX);
    if ('reason' in compiler) return { state: 'unavailable', detail: compiler.reason };
    // What is interrupted from here on leaves no stamp of an earlier build beside half a file.
    fs.rmSync(`${addon}.sha256`, { force: true });
    const installation = await install(variant, folder);
    await compileAddon(compiler.compiler, sources, installation, addon);
    fs.writeFileSync(`${addon}.sha256`, wanted);
  } else if (isCopied(addon)) {
    return { state: 'reused', detail: `${label} is in place` };
  }
  await copyAddon(addon);
  return { state: 'done', detail: `${label} put under tfjs-node-gpu` };
}

async function install(variant: Variant, folder: string): Promise<Installation> {
  const found = findPython(readOutput);
  if ('reason' in found) throw new Error(found.reason);
  return variant === 'cpu' ? installCpu(found.python, folder) : installGpu(found.python, folder);
}

/** Takes three megabytes of headers and two libraries out of the CPU wheel. */
async function installCpu(python: string, folder: string): Promise<Installation> {
  const installation = { libraries: path.join(folder, 'lib'), headers: path.join(folder, 'include') };
  if (fs.existsSync(path.join(folder, 'complete'))) return installation;
  fs.rmSync(folder, { recursive: true, force: true });
  const wheels = path.join(folder, 'wheel');
  fs.mkdirSync(wheels, { recursive: true });
  // The wheel's Python is not the user's: nothing in it is imported.
  const target = [
    '--python-version',
    '3.11',
    '--implementation',
    'cp',
    '--platform',
    'manylinux_2_27_x86_64',
  ];
  const pinned = ['--require-hashes', '-r', 'requirements/tensorflow-cpu.txt', '-d', wheels];
  const download = [python, '-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:'];
  await runCommand([...download, ...target, ...pinned]);
  const [wheel] = fs.readdirSync(wheels);
  await runCommand([python, 'scripts/unpack_tensorflow.py', path.join(wheels, wheel), folder]);
  fs.rmSync(wheels, { recursive: true });
  fs.writeFileSync(path.join(folder, 'complete'), '');
  return installation;
}

/** Installs the CUDA build into an environment of its own. No committed figure was made with it. */
async function installGpu(python: string, folder: string): Promise<Installation> {
  await createEnvironment(python, folder);
  const own = path.join(folder, 'bin', 'python');
  const pinned = ['--require-hashes', '--only-binary=:all:', '-r', 'requirements/tensorflow-gpu.txt'];
  await runCommand([own, '-m', 'pip', 'install', '--quiet', ...pinned]);
  const query =
    'import importlib.util; print(importlib.util.find_spec("tensorflow").submodule_search_locations[0])';
  const libraries = (await runCommand([own, '-c', query])).trim();
  return { libraries, headers: path.join(libraries, 'include') };
}

function addonSources(): string[] {
  return listFiles(path.join(packageDirectory(), 'binding'), '.cc');
}

function packageDirectory(): string {
  return path.dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
}

async function compileAddon(
  compiler: string,
  sources: readonly string[],
  { libraries, headers }: Installation,
  addon: string,
): Promise<void> {
  const nodeHeaders = path.dirname(require.resolve('node-api-headers/package.json'));
  // Relative to where the addon is copied to, so that the project's folder can be moved.
  const search = `$ORIGIN/${path.relative(addonDirectory(), libraries)}`;
  await runCommand([
    compiler,
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding'],
    ...['-DBUILDING_NODE_EXTENSION', `-I${headers}`, `-I${path.join(nodeHeaders, 'include')}`],
    ...[`-I${packageDirectory()}`, ...sources, `-L${libraries}`],
    ...['-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2', `-Wl,-rpath,${search}`, '-o', addon],
  ]);
}

function isCopied(addon: string): boolean {
  const copy = path.join(addonDirectory(), path.basename(addon));
  return fs.existsSync(copy) && fs.readFileSync(copy).equals(fs.readFileSync(addon));
}

/** Whole or not at all: a process that runs on the old one keeps it. */
function copyAddon(addon: string): Promise<void> {
  return saveWhole(path.join(addonDirectory(), path.basename(addon)), fs.readFileSync(addon));
}
