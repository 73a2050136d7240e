// Makes the package that other projects install: node scripts/pack.mjs [FOLDER], default results/latest.
// It has the library bundled with its types, the models, and what native TensorFlow is set up with.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const project = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const NATIVE = '@tensorflow/tfjs-node-gpu';
const native = path.dirname(createRequire(import.meta.url).resolve(`${NATIVE}/package.json`));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** What is not bundled: packages with files or binaries of their own, and TensorFlow.js, of which a process has one. */
const EXTERNAL = [
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-backend-wasm',
  '@vladmandic/face-api',
  'node-api-headers',
  'sharp',
];

/** Bundles tfjs-node-gpu without its install script, which would download TensorFlow 2.9; its addon is loaded from its own folder. */
const ownNative = {
  name: 'own-native',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^${NATIVE}(/package.json)?$`) }, ({ path: name }) => ({
      path: `../tfjs-node-gpu/${name === NATIVE ? 'dist/index.js' : 'package.json'}`,
      external: true,
    }));
    // One copy of TensorFlow.js a process: it exports all of its core.
    onResolve({ filter: /^@tensorflow\/tfjs-core$/ }, () => ({ path: '@tensorflow/tfjs', external: true }));
    onResolve({ filter: /^@mapbox\/node-pre-gyp$/ }, ({ path: name }) => ({ path: name, namespace: 'stub' }));
    const contents =
      "exports.find = (manifest) => require('node:path').join(manifest, '../lib/napi-v8/tfjs_binding.node');";
    onLoad({ filter: /.*/, namespace: 'stub' }, () => ({ contents }));
  },
};

/** Bundles one module for Node.js. @returns the names of the packages that it requires */
async function bundle(entry, outfile) {
  const options = { bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'error' };
  const { metafile } = await build({
    ...options,
    entryPoints: [entry],
    outfile,
    external: EXTERNAL,
    plugins: [ownNative],
    legalComments: 'eof',
    metafile: true,
  });
  const required = Object.values(metafile.outputs).flatMap(({ imports }) =>
    imports.map((found) => found.path),
  );
  return EXTERNAL.filter((name) => required.some((one) => one === name || one.startsWith(`${name}/`)));
}

/** Writes the declarations of a module and of all that they import. */
function declare(entry, folder) {
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const emit = { ...options, outDir: folder, emitDeclarationOnly: true, noCheck: true, sourceMap: false };
  const texts = new Map();
  ts.createProgram([entry], emit).emit(undefined, (file, text) => texts.set(path.normalize(file), text));
  const wanted = new Set([
    path.join(folder, path.relative(path.join(root, 'lib'), entry)).replace(/ts$/, 'd.ts'),
  ]);
  // The loop also visits the files that it adds to the set.
  for (const file of wanted) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, texts.get(file));
    for (const [, target] of texts.get(file).matchAll(/(?:from|import)\s*\(?'([^']+)'/g)) {
      if (!target.startsWith('.')) throw new Error(`Expected own types in ${file} but received ${target}`);
      wanted.add(path.resolve(path.dirname(file), `${target}.d.ts`));
    }
  }
}

function manifestOf(dependencies) {
  const { name, version, license, engines } = project;
  return {
    name,
    version,
    description: 'Finds the faces of pictures and names their expressions, with calibrated probabilities',
    license,
    engines,
    main: 'dist/library/index.js',
    types: 'dist/library/index.d.ts',
    exports: {
      '.': { types: './dist/library/index.d.ts', default: './dist/library/index.js' },
      './models/*': './models/*',
      './package.json': './package.json',
    },
    bin: { [name]: 'dist/cli/package.js' },
    dependencies: Object.fromEntries(dependencies.map((one) => [one, project.dependencies[one]])),
  };
}

async function stage(folder) {
  const inside = (...names) => path.join(folder, ...names);
  const lib = (...names) => path.join(root, 'lib', ...names);
  const required = [
    await bundle(lib('library', 'index.ts'), inside('dist', 'library', 'index.js')),
    await bundle(lib('cli', 'package.ts'), inside('dist', 'cli', 'package.js')),
    await bundle(path.join(native, 'dist', 'index.js'), inside('dist', 'tfjs-node-gpu', 'dist', 'index.js')),
  ];
  declare(lib('library', 'index.ts'), inside('dist'));
  const { name, version, license, main } = JSON.parse(
    fs.readFileSync(path.join(native, 'package.json'), 'utf8'),
  );
  fs.writeFileSync(
    inside('dist', 'tfjs-node-gpu', 'package.json'),
    JSON.stringify({ name, version, license, main }),
  );
  fs.cpSync(path.join(native, 'binding'), inside('dist', 'tfjs-node-gpu', 'binding'), { recursive: true });
  for (const one of [
    'LICENSE',
    'models',
    'examples',
    'requirements/tensorflow-cpu.txt',
    'requirements/tensorflow-gpu.txt',
    'scripts/unpack_tensorflow.py',
  ])
    fs.cpSync(path.join(root, one), inside(one), { recursive: true });
  fs.renameSync(inside('examples', 'README.md'), inside('README.md'));
  const dependencies = EXTERNAL.filter((one) => required.flat().includes(one));
  fs.writeFileSync(inside('package.json'), JSON.stringify(manifestOf(dependencies), null, 2));
}

const target = path.resolve(process.argv[2] ?? path.join(root, 'results', 'latest'));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pack-'));
try {
  await stage(folder);
  fs.mkdirSync(target, { recursive: true });
  const packed = execFileSync(npm, ['pack', '--json', '--pack-destination', target], {
    cwd: folder,
    encoding: 'utf8',
  });
  const [{ filename, size, unpackedSize }] = JSON.parse(packed);
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(`${path.join(target, filename)}: ${megabytes(size)}, ${megabytes(unpackedSize)} unpacked`);
} finally {
  fs.rmSync(folder, { recursive: true });
}
