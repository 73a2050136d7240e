import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../lib/files/project';
import { TENSORFLOW_VERSION } from '../../lib/setup/native';
import type { PicturePrediction } from '../../lib/library';
import { PHOTO_FOLDER } from '../faces/photos';
import { writeFiles } from '../support/folder';

const NAME = 'facial-expression-prior-attention';
const PHOTO = path.join(PHOTO_FOLDER, 'sample1.jpg');

/** What examples/README.md states. */
const MAX_BYTES = 2e6;

/** What a user's project must not be given. */
const UNWANTED = /^(tslab|danfojs|vega|apache-arrow|@resvg|@tensorflow\/tfjs-node)/;

/** An npm of the user's own: this project's settings come to it by the environment, when npm runs the test. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD)/i.test(name)),
);

const CONSUMER = `
import { EMOTIONS, loadPredictor, type FacePrediction, type Picture, UnreadPictureError } from '${NAME}';
export async function name(picture: Picture): Promise<number[]> {
  const predictor = await loadPredictor({ abstainBelow: 0.4 });
  const { faces } = await predictor.predict(picture);
  const joy = (face: FacePrediction): number => face.probabilities[EMOTIONS[3]];
  // @ts-expect-error: it is one of eight names
  const wrong: 'glad' = faces[0].answer;
  await predictor.dispose();
  return wrong ? [] : faces.map(joy);
}
export const pixels: Picture = { width: 1, height: 1, data: new Uint8ClampedArray(4) };
export const kind = (error: unknown): string => (error instanceof UnreadPictureError ? error.kind : '');
`;

const SETTINGS = [
  ['commonjs', 'node10'],
  ['node16', 'node16'],
  ['esnext', 'bundler'],
] as const;

describe('the package in an empty project', function () {
  this.timeout(600_000);
  let folder: string;
  let tarball: string;
  const run = (program: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: folder,
      env: environment,
      encoding: 'utf8',
    });
    assert.equal(status, 0, `${program} ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  const tsc = (...args: string[]) => run(process.execPath, require.resolve('typescript/bin/tsc'), ...args);

  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'package-'));
    run(process.execPath, path.join(projectRoot(), 'scripts', 'pack.mjs'), folder);
    [tarball] = fs.readdirSync(folder);
    run('npm', 'install', '--no-audit', '--no-fund', `./${tarball}`);
    const examples = path.join(folder, 'node_modules', NAME, 'examples');
    fs.cpSync(examples, path.join(folder, 'examples'), { recursive: true });
    writeFiles(folder, { 'examples/package.json': '{ "type": "module" }' });
    const types = ['--typeRoots', path.join(projectRoot(), 'node_modules', '@types'), '--types', 'node'];
    const names = ['one-picture', 'folder-to-csv', 'http-handler'].map((name) => `examples/${name}.ts`);
    tsc('--strict', ...types, '--target', 'es2022', '--module', 'nodenext', ...names);
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('is small, and brings nothing for notebooks, figures and studies', () => {
    const { size } = fs.statSync(path.join(folder, tarball));
    assert.ok(size < MAX_BYTES, `${size} bytes`);
    const { packages } = JSON.parse(fs.readFileSync(path.join(folder, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, object>;
    };
    const names = Object.keys(packages).map((name) => name.replace(/^.*node_modules\//, ''));
    assert.ok(names.includes('sharp'));
    assert.deepEqual(
      names.filter((name) => UNWANTED.test(name)),
      [],
    );
  });

  for (const [module, moduleResolution] of SETTINGS)
    it(`has types for a strict project with moduleResolution ${moduleResolution}`, () => {
      const lib = { target: 'es2022', lib: ['es2022'], types: [] };
      const compilerOptions = { strict: true, noEmit: true, module, moduleResolution, ...lib };
      writeFiles(folder, {
        'consumer.ts': CONSUMER,
        'tsconfig.json': JSON.stringify({ compilerOptions, files: ['consumer.ts'] }),
      });
      tsc('-p', '.');
    });

  it('is required and imported by the same names', () => {
    const required = run('node', '-p', `Object.keys(require('${NAME}')).join()`);
    const imported = run(
      'node',
      '--input-type=module',
      '-e',
      `import * as all from '${NAME}'; console.log(Object.keys(all).filter((name) => name !== 'default').join())`,
    );
    assert.equal(required, imported);
    assert.match(required, /\bloadPredictor\b/);
  });

  it('runs the example of one picture, on WebAssembly', () => {
    const lines = run('node', 'examples/one-picture.js', PHOTO).trim().split('\n');
    assert.match(lines[0], /1920x1280, 3 faces, by wasm$/);
    assert.equal(lines.length, 4);
  });

  it('runs the example of a folder to CSV: a row a face, and a reason for what is none', () => {
    writeFiles(folder, { 'photos/a, "b".jpg': fs.readFileSync(PHOTO), 'photos/none.jpg': 'none' });
    const lines = run('node', 'examples/folder-to-csv.js', 'photos').trim().split('\n');
    assert.equal(lines.length, 1 + 3 + 1);
    assert.match(lines[1], /^"a, ""b""\.jpg","1","joy",/);
    assert.match(lines[4], /^"none\.jpg",.*Expected one of jpeg/);
  });

  it('runs the example of an HTTP handler', async () => {
    const server = spawn(process.execPath, ['examples/http-handler.js', '0'], {
      cwd: folder,
      env: environment,
    });
    try {
      const [line] = (await once(server.stdout, 'data')) as [Buffer];
      const address = `http://127.0.0.1:${/\d+/.exec(line.toString())![0]}`;
      const post = (body: BodyInit) => fetch(address, { method: 'POST', body });
      const answer = await post(fs.readFileSync(PHOTO));
      assert.equal(answer.status, 200);
      const { faces } = (await answer.json()) as PicturePrediction;
      assert.deepEqual([faces.length, faces[0].landmarks.length, faces[0].answer], [3, 136, 'joy']);
      const refused = await post(Buffer.alloc(5));
      assert.equal(refused.status, 422);
      assert.match(await refused.text(), /Expected one of jpeg/);
      assert.equal((await fetch(address)).status, 413);
    } finally {
      server.kill();
    }
  });

  it('answers on native TensorFlow after the set-up command, here without the download', function () {
    const own = path.join('.tensorflow', `cpu-${TENSORFLOW_VERSION}`);
    const [from, to] = [projectRoot(), path.join(folder, 'node_modules', NAME)].map((root) =>
      path.join(root, own),
    );
    const isThere = fs.existsSync(path.join(from, 'complete'));
    assert.ok(isThere || !process.env.REQUIRE_NATIVE, 'Expected native TensorFlow: npm run setup');
    if (!isThere) this.skip();
    for (const name of ['include', 'complete'])
      fs.cpSync(path.join(from, name), path.join(to, name), { recursive: true });
    fs.symlinkSync(fs.realpathSync(path.join(from, 'lib')), path.join(to, 'lib'));
    assert.match(run('npx', NAME, 'setup', '--cpu'), /installed for tfjs-node-gpu/);
    assert.match(run('node', 'examples/one-picture.js', PHOTO), /1920x1280, 3 faces, by tensorflow/);
  });
});
