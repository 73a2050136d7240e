import assert from 'node:assert/strict';
import { exec, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { DATASETS } from '../../lib/datasets/registry';
import { projectRoot } from '../../lib/files/project';
import { portraitPng } from '../faces/photos';
import { useTemporaryFolder } from '../support/folder';

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line from its sources. `whenSaid` is called with what it has said so far. */
function run(
  args: readonly string[],
  options: {
    readonly input?: Buffer | string;
    readonly whenSaid?: (out: string, kill: () => void) => void;
    readonly environment?: NodeJS.ProcessEnv;
  } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'lib/cli.ts', ...args], {
    cwd: projectRoot(),
    env: { ...process.env, ...options.environment },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    options.whenSaid?.(out, () => child.kill('SIGINT'));
  });
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  // A command that needs no input does not read it.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, out, err })));
}

describe('the command line', function () {
  this.timeout(90_000);
  const folder = useTemporaryFolder();

  it('describes every command, and ends with status 2 after wrong usage', async () => {
    const [help, wrong, empty, nested, sized, drawn, unknown] = await Promise.all([
      run(['--help']),
      run(['predict', '--format', 'xml', 'a']),
      run(['predict']),
      run(['notebooks', 'run', '--nosuch']),
      run(['train', '--data', 'photos', '--clips-per-cell', '5', '--output', 'a.safetensors']),
      run(['train', '--generated', '2', '--cropped', '--output', 'a.safetensors']),
      run(['help', 'predikt']),
    ]);
    for (const name of ['setup', 'doctor', 'sample', 'train', 'evaluate', 'predict', 'demo', 'export'])
      assert.match(help.out, new RegExp(`^  ${name}\\b`, 'm'));
    assert.equal(help.status, 0);
    assert.deepEqual([unknown.status, unknown.out], [2, '']);
    assert.match(unknown.err, /unknown command 'predikt'\n\(Did you mean predict\?\)/);
    assert.deepEqual([wrong.status, wrong.out], [2, '']);
    assert.match(wrong.err, /Allowed choices are text, json, csv/);
    assert.deepEqual([empty.status, nested.status, sized.status, drawn.status], [2, 2, 2, 2]);
    assert.match(nested.err, /unknown option '--nosuch'/);
    assert.match(sized.err, /Expected no --clips-per-cell with --data .* omit one of them/);
  });

  it('lists every command, and explains each', async () => {
    const { out } = await run(['help']);
    const names = [...out.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map(([, name]) => name);
    const files = fs.readdirSync(path.join(projectRoot(), 'lib/cli'));
    assert.deepEqual(
      names.filter((name) => !files.includes(`${name}.ts`)),
      ['help'].filter((name) => names.includes(name)),
    );
    assert.ok(names.length > 20, out);
    const helps = await Promise.all(['train', 'evaluate', 'kernel'].map((name) => run(['help', name])));
    for (const help of helps) assert.match(help.out, /^Usage: npx \. (train|evaluate|kernel) /);
  });

  it('shows what runs here, one fact per line or as JSON, and the same problems', async () => {
    const [text, json] = await Promise.all([run(['doctor']), run(['doctor', '--json'])]);
    const { node, compiled, problems } = JSON.parse(json.out) as {
      node: string;
      compiled: boolean;
      problems: string[];
    };
    assert.ok(text.out.startsWith(`Node.js         ${node}\n`), text.out);
    const dist = compiled ? 'up to date with lib' : 'older than lib';
    assert.match(text.out, new RegExp(`^dist            ${dist}$`, 'm'));
    const end = problems.length > 0 ? problems.map((problem) => `- ${problem}`) : ['No problems found.'];
    assert.ok(text.out.endsWith(`${end.join('\n')}\n`), text.out);
  });

  it('lists the data sets with licence, access and form', async () => {
    const { out } = await run(['datasets']);
    assert.equal(out.trimEnd().split('\n').length, 4 * DATASETS.length);
    assert.match(out, /licence: research only/);
  });

  it('ends without an error when its output is closed', async () => {
    const command = `"${process.execPath}" --import tsx lib/cli.ts datasets | true`;
    const { stderr } = await promisify(exec)(command, { cwd: projectRoot() });
    assert.equal(stderr, '');
  });

  it('refuses what does not go with leaving one person out, in one sentence', async () => {
    const folds = 'leave-one-person-out';
    const [alone, side, by, unsaid, split, train] = await Promise.all([
      run(['evaluate', '--learning-rate', '0.1']),
      run(['evaluate', '--folds', 'Compact', '--side', 'test']),
      run(['evaluate', '--folds', 'Compact', '--by', 'age']),
      run(['evaluate'], { environment: { SPLIT: folds } }),
      run(['evaluate', '--folds', 'Compact'], { environment: { SPLIT: 'clips' } }),
      run(['train', '--split', folds, '--output', path.join(folder(), 'a.safetensors')]),
    ]);
    const statuses = [alone, side, by, unsaid, split, train].map(({ status }) => status);
    assert.deepEqual(statuses, [2, 2, 2, 1, 1, 1]);
    assert.match(alone.err, /Expected --folds with --learning-rate but received none/);
    assert.match(side.err, /'--folds <architecture>' cannot be used with option '--side <side>'/);
    assert.match(by.err, /cannot be used with option '--by <column>'/);
    assert.match(unsaid.err, /^Expected --folds ARCHITECTURE with SPLIT=leave-one-person-out/m);
    assert.match(split.err, /^Expected no SPLIT with --folds, .* received clips/m);
    assert.match(train.err, /^Expected one of frames, .*: `npx . evaluate --folds ARCHITECTURE` does that/m);
  });

  it('answers what it can, names the file that it cannot read, and ends with status 1', async () => {
    const [good, bad, target] = ['good.png', 'bad.jpg', 'answers.json'].map((name) =>
      path.join(folder(), name),
    );
    fs.writeFileSync(good, await portraitPng(0));
    fs.writeFileSync(bad, 'none');
    // The ending of --output is the format.
    const args = ['predict', '--files-from', '-', '--output', target, '--annotate', folder()];
    // As `find -print0` writes them, behind the byte-order mark that Windows may put first.
    const { status, err } = await run(args, { input: `\uFEFF${good}\0${bad}\0` });
    assert.equal(status, 1, err);
    assert.match(err, /bad\.jpg: Expected one of jpeg/);
    const answers = JSON.parse(fs.readFileSync(target, 'utf8')) as { source: string; faces?: unknown[] }[];
    assert.deepEqual(
      answers.map(({ source, faces }) => [source, faces?.length]),
      [
        [good, 1],
        [bad, undefined],
      ],
    );
    assert.deepEqual(fs.readdirSync(folder()).sort(), [
      '0001-good.jpg',
      'answers.json',
      'bad.jpg',
      'good.png',
    ]);
  });

  it('writes to a device, and refuses a folder or an input for --output before it looks at a picture', async () => {
    const [picture, file] = ['a.png', 'file'].map((name) => path.join(folder(), name));
    fs.writeFileSync(picture, await portraitPng(0));
    fs.writeFileSync(file, '');
    fs.symlinkSync('/dev/null', path.join(folder(), 'null'));
    const [device, inFolder, nowhere, input, annotated] = await Promise.all([
      run(['predict', picture, '--output', path.join(folder(), 'null')]),
      run(['predict', picture, '--output', folder()]),
      run(['predict', picture, '--output', path.join(folder(), 'no', 'a.csv')]),
      run(['predict', picture, '--output', picture]),
      run(['predict', picture, '--annotate', file]),
    ]);
    assert.deepEqual([device.status, device.out], [0, ''], device.err);
    assert.ok(fs.statSync('/dev/null').isCharacterDevice());
    assert.deepEqual(
      [inFolder, nowhere, input, annotated].map(({ status }) => status),
      [1, 1, 1, 1],
    );
    assert.match(
      nowhere.err,
      /^Expected a file in an existing folder for --output but .*no does not exist: create it first\n$/,
    );
    assert.match(
      inFolder.err,
      /^Expected a file that can be written for --output but received the folder .*\n$/,
    );
    assert.match(
      input.err,
      /^Expected a file of its own for --output but received .*a\.png, which is an input\n$/,
    );
    assert.match(
      annotated.err,
      /^Expected a folder that can be written for --annotate but received EEXIST for/,
    );
    assert.deepEqual(fs.readdirSync(folder()).sort(), ['a.png', 'file', 'null']);
  });

  it('reads a picture from standard input', async () => {
    const { status, out } = await run(['predict', '-', '--format', 'csv'], { input: await portraitPng(0) });
    assert.equal(status, 0);
    assert.match(out, /^source,seconds,face,.*\r\nstandard input,,1,/);
  });

  it('ends with whole JSON and status 130 after Ctrl-C', async () => {
    const file = path.join(folder(), 'a.png');
    fs.writeFileSync(file, await portraitPng(0));
    const files = Array<string>(2000).fill(file);
    let isKilled = false;
    const whenSaid = (out: string, kill: () => void) => {
      // Once: the second Ctrl-C would end the process at once.
      if (out.length > 10 && !isKilled) kill();
      isKilled ||= out.length > 10;
    };
    const { status, out } = await run(['predict', '--format', 'json', ...files], { whenSaid });
    assert.equal(status, 130);
    const count = (JSON.parse(out) as unknown[]).length;
    assert.ok(count >= 1 && count < files.length, `${count} pictures`);
  });

  it('writes below PRIOR_ATTENTION_HOME alone, and names it where that cannot be written to', async () => {
    const home = path.join(folder(), 'home');
    const file = path.join(folder(), 'file');
    fs.writeFileSync(file, '');
    const draw = (PRIOR_ATTENTION_HOME: string) =>
      run(['sample', '--clips-per-cell', '1', '--frames-per-clip', '1'], {
        environment: { PRIOR_ATTENTION_HOME },
      });
    const listData = () => fs.readdirSync(path.join(projectRoot(), 'data'));
    const before = listData();
    const [drawn, refused] = await Promise.all([draw(home), draw(file)]);
    assert.deepEqual(listData(), before);
    assert.equal(drawn.status, 0, drawn.err);
    assert.deepEqual([fs.readdirSync(home), fs.readdirSync(path.join(home, 'data'))], [['data'], ['sample']]);
    assert.match(
      refused.err,
      /Expected a folder that can be written but received ENOTDIR for .*: set PRIOR_ATTENTION_HOME to the absolute/,
    );
    assert.equal(refused.status, 1);
  });
});

describe('bin/prior-attention.mjs', () => {
  it('exists and is executable before anything is compiled, so that npx finds it', () => {
    const { bin } = JSON.parse(fs.readFileSync(path.join(projectRoot(), 'package.json'), 'utf8')) as {
      bin: Record<string, string>;
    };
    const file = path.join(projectRoot(), bin['prior-attention']);
    assert.ok(fs.statSync(file).mode & 0o100);
    assert.match(fs.readFileSync(file, 'utf8'), /^#!\/usr\/bin\/env node\n/);
  });
});
