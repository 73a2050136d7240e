import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  expectWritable,
  explainUnwritable,
  HOME_VARIABLE,
  homePath,
  projectRoot,
} from '../../lib/files/project';
import { useEnvironment } from '../support/environment';
import { useTemporaryFolder } from '../support/folder';

/** An error as Node's file system throws it. */
function fileError(code: string, file: string, dest?: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code, path: file, dest });
}

describe('homePath', () => {
  const set = useEnvironment(HOME_VARIABLE);

  it("is the project's folder where nothing is set", () => {
    for (const value of [undefined, '']) {
      set(value);
      assert.equal(homePath('data', 'cache'), path.join(projectRoot(), 'data', 'cache'));
    }
  });

  it('is below the folder that PRIOR_ATTENTION_HOME names', () => {
    set('/somewhere');
    assert.equal(homePath('results', 'latest'), path.join('/somewhere', 'results', 'latest'));
  });

  it('refuses a relative path, which would mean another folder in another process', () => {
    set('somewhere');
    assert.throws(
      () => homePath('data'),
      /Expected an absolute path for PRIOR_ATTENTION_HOME but received some/,
    );
  });
});

describe('explainUnwritable', () => {
  const set = useEnvironment(HOME_VARIABLE);

  it('names the setting where the file system refuses what the project writes', () => {
    set('/somewhere');
    for (const code of ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR']) {
      const cause = fileError(code, '/somewhere/data/cache');
      const error = explainUnwritable(cause) as Error;
      assert.match(
        error.message,
        new RegExp(
          `can be written but received ${code} for /somewhere/data/cache: set PRIOR_ATTENTION_HOME to`,
        ),
      );
      assert.equal(error.cause, cause);
    }
  });

  it('also checks the destination of a copy', () => {
    set('/somewhere');
    const error = explainUnwritable(
      fileError('EACCES', '/project/web/index.html', '/somewhere/data/cache/demo'),
    );
    assert.match((error as Error).message, /EACCES for \/somewhere\/data\/cache\/demo/);
  });

  it('finds the refusal among the causes', () => {
    set('/somewhere');
    const cause = fileError('EROFS', '/somewhere/data/cache/blocks');
    const error = explainUnwritable(new Error('Expected to write a shard but could not', { cause })) as Error;
    assert.match(error.message, /EROFS for \/somewhere\/data\/cache\/blocks: set PRIOR_ATTENTION_HOME/);
  });

  it('names it also where the folder itself cannot be made', () => {
    set('/read-only/somewhere');
    const error = explainUnwritable(fileError('EROFS', '/read-only')) as Error;
    assert.match(error.message, /EROFS for \/read-only: set PRIOR_ATTENTION_HOME/);
  });

  it('says that files of the project itself need a clone, wherever else is written', () => {
    set('/somewhere');
    const file = path.join(projectRoot(), 'dist');
    const error = explainUnwritable(fileError('EACCES', file)) as Error;
    assert.equal(
      error.message,
      `Expected a folder that can be written but received EACCES for ${file}: files of the project itself are changed, so take a clone of your own`,
    );
  });

  it('leaves every other error as it is', () => {
    set('/somewhere');
    const others = [
      fileError('EACCES', '/elsewhere/model.safetensors'),
      fileError('EACCES', '/somewhere/models/compact.safetensors'),
      fileError('EACCES', '/somewhere/database'),
      fileError('ENOENT', '/somewhere/data/cache'),
      // A folder above was removed meanwhile: it could be made.
      Object.assign(fileError('ENOENT', path.join(os.tmpdir(), 'data', 'cache')), { syscall: 'mkdir' }),
      new RangeError('Expected something else'),
    ];
    for (const error of others) assert.equal(explainUnwritable(error), error);
  });
});

describe('expectWritable', () => {
  const folder = useTemporaryFolder();
  const set = useEnvironment(HOME_VARIABLE);

  it('makes a folder that is missing', () => {
    expectWritable(path.join(folder(), 'a', 'b'));
    assert.ok(fs.statSync(path.join(folder(), 'a', 'b')).isDirectory());
  });

  it('names the option where the user named the folder', () => {
    const file = path.join(folder(), 'file');
    fs.writeFileSync(file, '');
    assert.throws(
      () => expectWritable(path.join(file, 'models'), '--output'),
      /Error: Expected a folder that can be written for --output but received ENOTDIR for .*models$/,
    );
  });

  it('names the setting where nothing can be made, not even by root', function () {
    // Permission bits do not hold root back; the kernel's own tree does.
    if (process.platform !== 'linux') this.skip();
    set('/sys/prior-attention');
    assert.throws(
      () => expectWritable(homePath('data')),
      /but received (EACCES|EPERM|EROFS) for \/sys\/.*: set PRIOR_ATTENTION_HOME to the absolute path/,
    );
  });

  it('names the setting on a file system that is mounted read-only, of which mkdir says ENOENT', function () {
    const script = `
      const { expectWritable, homePath } = require('./lib/files/project');
      try { expectWritable(homePath('data', 'cache')); } catch (error) { console.log(error.message); }`;
    const mount = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" || exit 99; exec "$@"';
    const node = [process.execPath, '--require', 'tsx/cjs', '-e', script];
    const { status, stdout, stderr } = spawnSync('unshare', ['-rm', 'sh', '-c', mount, folder(), ...node], {
      cwd: projectRoot(),
      env: { ...process.env, [HOME_VARIABLE]: folder() },
      encoding: 'utf8',
    });
    // Not every machine has unshare and lets its users mount.
    if (status === null || status === 99 || /^unshare:/.test(stderr)) this.skip();
    assert.match(stdout, /received EROFS for .*data.*: set PRIOR_ATTENTION_HOME to the absolute path/);
  });
});
