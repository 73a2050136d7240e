import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {
  expectWritable,
  explainUnwritable,
  HOME_VARIABLE,
  homePath,
  projectRoot,
} from '../../lib/engine/project';
import { useEnvironment } from '../support/environment';
import { useTemporaryFolder } from '../support/folder';

/** An error as Node's file system throws it. */
function fileError(code: string, file: string, dest?: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code, path: file, dest });
}

describe('homePath', () => {
  const set = useEnvironment(HOME_VARIABLE);

  it("is below the project's folder where nothing is set", () => {
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

  it('looks at where a file is copied to as well', () => {
    set('/somewhere');
    const error = explainUnwritable(
      fileError('EACCES', '/project/web/index.html', '/somewhere/data/cache/demo'),
    );
    assert.match((error as Error).message, /EACCES for \/somewhere\/data\/cache\/demo/);
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

  it('names the setting where nothing can be made, as a user that may do anything sees it too', function () {
    // Permission bits do not hold root back; the kernel's own tree does.
    if (process.platform !== 'linux') this.skip();
    set('/sys/prior-attention');
    assert.throws(
      () => expectWritable(homePath('data')),
      /but received (EACCES|EPERM|EROFS) for \/sys\/.*: set PRIOR_ATTENTION_HOME to the absolute path/,
    );
  });
});
