import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type BadImageKind, isBadImage } from '../../lib/faces/picture/decode';
import { readImageFile } from '../../lib/faces/picture/read-images';

describe('readImageFile', () => {
  let base: string;
  let root: string;

  before(async () => {
    base = await mkdtemp(path.join(os.tmpdir(), 'read-image-'));
    root = path.join(base, 'data');
    await mkdir(path.join(root, 'folder'), { recursive: true });
    await writeFile(path.join(base, 'secret.png'), 'secret');
    await writeFile(path.join(root, 'folder', 'a.png'), 'abc');
    await writeFile(path.join(root, 'empty.png'), '');
    await symlink(path.join(base, 'secret.png'), path.join(root, 'out.png'));
    await symlink(base, path.join(root, 'up'));
    await mkdir(path.join(base, 'far'));
    await writeFile(path.join(base, 'far', 'b.png'), 'far');
    await mkdir(path.join(root, 'a/b/c'), { recursive: true });
    for (const name of ['far', 'a/b/far', 'a/b/c/far'])
      await symlink(path.join(base, 'far'), path.join(root, name));
    await symlink(path.join(base, 'secret.png'), path.join(base, 'far', 'out.png'));
    await symlink('folder/a.png', path.join(root, 'inside.png'));
    await symlink('circle-b.png', path.join(root, 'circle-a.png'));
    await symlink('circle-a.png', path.join(root, 'circle-b.png'));
    execFileSync('mkfifo', [path.join(root, 'pipe.png')]);
  });

  after(() => rm(base, { recursive: true, force: true }));

  it('gives the bytes and their SHA-256', async () => {
    const file = await readImageFile(root, 'folder/a.png');
    assert.ok(!isBadImage(file));
    assert.equal(file.bytes.toString(), 'abc');
    assert.equal(file.sha256, createHash('sha256').update('abc').digest('hex'));
  });

  it('follows a link that stays in the folder', async () => {
    assert.ok(!isBadImage(await readImageFile(root, 'inside.png')));
  });

  it('follows folders that are links, down to the class level', async () => {
    for (const name of ['far/b.png', 'a/b/far/b.png']) {
      const file = await readImageFile(root, name);
      assert.equal(isBadImage(file) ? file.reason : file.bytes.toString(), 'far');
    }
  });

  for (const name of [
    'лицо.png',
    '顔.png',
    'وجه.png',
    'चेहरा.png',
    'it\'s, "odd"\n.png',
    '..hidden.png',
    'e\u0301.png',
  ])
    it(`reads a file called ${JSON.stringify(name)}`, async () => {
      await writeFile(path.join(root, name), name);
      const file = await readImageFile(root, name);
      assert.equal(isBadImage(file) ? file.reason : file.bytes.toString(), name);
    });

  const refused: readonly (readonly [what: string, name: string, kind: BadImageKind])[] = [
    ['a missing file', 'missing.png', 'missing-file'],
    ['a path through a file', 'folder/a.png/b.png', 'missing-file'],
    ['an empty file', 'empty.png', 'empty-file'],
    ['a folder', 'folder', 'not-a-file'],
    ['a pipe, without waiting for it', 'pipe.png', 'not-a-file'],
    ['a path out of the folder', '../secret.png', 'outside-data-folder'],
    ['a path out of the folder by a detour', 'folder/../../secret.png', 'outside-data-folder'],
    ['a link out of the folder', 'out.png', 'outside-data-folder'],
    ['a path through a link to a folder above', 'up/secret.png', 'outside-data-folder'],
    ['a path through a linked folder below the class level', 'a/b/c/far/b.png', 'outside-data-folder'],
    ['a link out of a linked folder', 'far/out.png', 'outside-data-folder'],
    ['links in a circle', 'circle-a.png', 'unreadable-file'],
    ['a name that no file can have', 'a\0b.png', 'unreadable-file'],
  ];
  for (const [what, name, kind] of refused)
    it(`refuses ${what}`, async () => {
      const file = await readImageFile(root, name);
      assert.ok(isBadImage(file), 'expected a reason');
      assert.equal(file.kind, kind, file.reason);
      assert.ok(file.reason.includes(name));
    });

  it('refuses an absolute path, even into the folder', async () => {
    const file = await readImageFile(root, path.join(root, 'folder/a.png'));
    assert.equal(isBadImage(file) && file.kind, 'outside-data-folder');
  });

  it('refuses a file of more bytes than the limit, without reading it', async () => {
    const file = await readImageFile(root, 'folder/a.png', { maxBytes: 2 });
    assert.deepEqual(file, {
      kind: 'too-large',
      reason: 'Expected at most 2 bytes for folder/a.png but received 3',
    });
  });
});
