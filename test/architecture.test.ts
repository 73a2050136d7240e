import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { listFiles, projectRoot } from '../lib/files/project';

/** Each layer may import from itself and from those before it. A file at lib's top is a layer of its own. */
const LAYERS = [
  'source-maps',
  'core',
  'files',
  'tensor',
  'setup',
  'characters',
  'datasets',
  'faces',
  'model',
  'figures',
  'predict',
  'library',
  'demo',
  'study',
  'notebook',
  'index',
  'cli',
];

/** The only files that may import an outside package. Packages that are not listed are free. */
const OWNERS: Record<string, RegExp> = {
  '@vladmandic/face-api': /^faces\/detector\/face-api\.ts$/,
  '@tensorflow/tfjs-node-gpu': /^tensor\/(backend|graph\/session)\.ts$/,
  '@tensorflow/tfjs-backend-wasm': /^tensor\//,
  'apache-arrow': /^faces\/store\/(rows|store)\.ts$/,
  'danfojs-node': /^figures\/tables/,
  'vega-lite': /^figures\//,
  vega: /^figures\//,
  '@resvg/resvg-js': /^figures\//,
  bullmq: /^study\/queue\//,
  ioredis: /^study\/queue\//,
  sirv: /^demo\/server\.ts$/,
  tslab: /^notebook/,
  commander: /^cli(\.ts$|\/)/,
};

/** These run in browsers, so they import nothing that needs Node. */
const RUNS_IN_BROWSERS = /^(core|model|\.\.\/web)\//;

/** Modules that browsers do not have; tfjs-node's generated protocol buffers (dist/proto) run in browsers. */
const NEEDS_NODE = /^(node:|sharp$|apache-arrow|@resvg\/|@tensorflow\/tfjs-node-gpu$)/;

/** Packages that the command line may load before a command runs. */
const QUICK_PACKAGES = ['commander'];

/** An import of a module; `require.resolve` only locates a package and is none. */
interface Import {
  /** Path from lib. */
  readonly file: string;
  readonly target: string;
  /** Whether only types are imported. */
  readonly isType: boolean;
  /** Whether it is imported when a function asks for it, and not with the file. */
  readonly isLate: boolean;
}

function readImports(folder: string): Import[] {
  return listFiles(folder, '.ts').flatMap((absolute) => {
    const file = path.relative(path.join(projectRoot(), 'lib'), absolute).split(path.sep).join('/');
    const text = fs.readFileSync(absolute, 'utf8');
    const found = text.matchAll(/(import type [^;']*?from|from|import\(|import|require\()\s*'([^'\s]+)'/g);
    return Array.from(found, ([, how, target]) => ({
      file,
      target,
      isType: how.startsWith('import type'),
      isLate: how.endsWith('('),
    }));
  });
}

const imports = readImports('lib');

/** Imports of the web page and of lib. */
const withPage = [...imports, ...readImports('web')];

function layerOf(file: string): number {
  return LAYERS.indexOf(file.split('/')[0].replace(/\.ts$/, ''));
}

function resolveImport({ file, target }: Import): string {
  return path.posix.join(path.posix.dirname(file), target);
}

/** The files of lib that an import names. */
function filesOf(found: Import): string[] {
  if (!found.target.startsWith('.')) return [];
  const base = resolveImport(found).replace(/^\.\.\/lib\//, '');
  return [`${base}.ts`, `${base}/index.ts`].filter((name) => imports.some((other) => other.file === name));
}

/**
 * Lists the imports of some files and of all that these import, types aside.
 * @param isFollowed which imports count
 */
function reach(files: readonly string[], isFollowed: (found: Import) => boolean = () => true): Import[] {
  const reached = new Set(files);
  const all: Import[] = [];
  // A set's loop also goes through what is added on the way.
  for (const file of reached)
    for (const found of withPage)
      if (found.file === file && !found.isType && isFollowed(found)) {
        all.push(found);
        for (const next of filesOf(found)) reached.add(next);
      }
  return all;
}

/** Finds a circle of imports, those of types and those made when called too: its files in turn, the first again at the end. */
function findCircle(): string[] | undefined {
  const targets = new Map<string, string[]>();
  for (const found of imports)
    targets.set(found.file, [...(targets.get(found.file) ?? []), ...filesOf(found)]);
  const isDone = new Set<string>();
  const visit = (file: string, above: readonly string[]): string[] | undefined => {
    if (above.includes(file)) return [...above.slice(above.indexOf(file)), file];
    if (isDone.has(file)) return undefined;
    for (const target of targets.get(file) ?? []) {
      const circle = visit(target, [...above, file]);
      if (circle) return circle;
    }
    isDone.add(file);
    return undefined;
  };
  for (const file of targets.keys()) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return undefined;
}

describe('the architecture', () => {
  it('knows a layer for each file', () => {
    const strangers = imports.filter(({ file }) => layerOf(file) < 0);
    assert.deepEqual(strangers, []);
  });

  it('imports one way: each layer only from those before it', () => {
    const upwards = imports.filter(
      (found) => found.target.startsWith('.') && layerOf(resolveImport(found)) > layerOf(found.file),
    );
    assert.deepEqual(upwards, []);
  });

  it('has no circle of imports, not even of types alone', () => {
    assert.equal(findCircle()?.join(' -> '), undefined);
  });

  it('imports each outside package in one module only', () => {
    const trespasses = imports.filter(({ file, target }) =>
      Object.entries(OWNERS).some(
        ([name, owner]) => (target === name || target.startsWith(`${name}/`)) && !owner.test(file),
      ),
    );
    assert.deepEqual(trespasses, []);
  });

  it('keeps core, model and the web page free of Node, with all that they import', () => {
    const roots = withPage.map(({ file }) => file).filter((file) => RUNS_IN_BROWSERS.test(file));
    const nodeOnly = reach(roots).filter(({ target }) => NEEDS_NODE.test(target));
    assert.deepEqual(nodeOnly, []);
  });

  it('keeps the command line quick to start: it loads one command, and heavy packages when that runs', () => {
    const commands = imports.filter(({ file, target }) => file === 'cli.ts' && target.startsWith('./cli/'));
    assert.ok(commands.length > 20 && commands.every(({ isLate }) => isLate));
    const files = listFiles('lib/cli', '.ts').map((file) => `cli/${path.basename(file)}`);
    const heavy = reach(['cli.ts', ...files], ({ isLate }) => !isLate).filter(
      ({ target }) => !/^(\.|node:)/.test(target) && !QUICK_PACKAGES.includes(target),
    );
    assert.deepEqual(heavy, []);
  });

  it('is drawn in CONTRIBUTING.md as the imports are', () => {
    const script = path.join(projectRoot(), 'scripts/draw-architecture.mjs');
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });

  it('keeps core free of tensors', () => {
    assert.deepEqual(
      imports.filter(({ file, target }) => file.startsWith('core/') && !target.startsWith('.')),
      [],
    );
  });
});
