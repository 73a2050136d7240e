import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { findTarget, openWhole, removeLeftovers, saveWhole } from '../../lib/files/write-file';
import { useTemporaryFolder, writeFiles } from '../support/folder';

describe('saveWhole', () => {
  const folder = useTemporaryFolder();
  const file = () => path.join(folder(), 'deep', 'file');

  it('replaces a file and makes its folder', async () => {
    await saveWhole(file(), 'one');
    await saveWhole(file(), 'two');
    assert.equal(fs.readFileSync(file(), 'utf8'), 'two');
    assert.deepEqual(fs.readdirSync(path.dirname(file())), ['file']);
  });

  it('leaves the file as it was, and no temporary file, when writing fails', async () => {
    await saveWhole(file(), 'whole');
    const write = saveWhole(file(), async (handle) => {
      await handle.writeFile('ha');
      throw new Error('ENOSPC: no space left on device');
    });
    await assert.rejects(write, /Expected to write .*file but could not: ENOSPC/);
    assert.equal(fs.readFileSync(file(), 'utf8'), 'whole');
    assert.deepEqual(fs.readdirSync(path.dirname(file())), ['file']);
  });

  it('lets many write one file at once: it has the whole content of one of them', async () => {
    const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(100_000));
    await Promise.all(texts.map((text) => saveWhole(file(), text)));
    assert.ok(texts.includes(fs.readFileSync(file(), 'utf8')));
  });
});

describe('findTarget', () => {
  const folder = useTemporaryFolder();
  const at = (name: string) => path.join(folder(), name);

  it('refuses a folder, also one that is not there, and a circle of links, naming the option', () => {
    fs.symlinkSync('b', at('a'));
    fs.symlinkSync('a', at('b'));
    fs.symlinkSync(folder(), at('link'));
    for (const name of ['', 'link', 'new/'])
      assert.throws(
        () => findTarget(`${folder()}/${name}`, '--output'),
        /for --output but received the folder \//,
      );
    assert.throws(() => findTarget(at('a'), '--output'), /for --output but received ELOOP for .*a$/);
    writeFiles(folder(), { file: '' });
    assert.throws(() => findTarget(at('file/x'), '--output'), /for --output but received ENOTDIR/);
  });

  it('writes nothing, and makes the folder that is missing', () => {
    assert.deepEqual(findTarget(at('new/file'), '-o'), { file: at('new/file'), isRegular: true });
    assert.deepEqual(fs.readdirSync(at('new')), []);
  });
});

describe('openWhole', () => {
  const folder = useTemporaryFolder();
  const at = (name: string) => path.join(folder(), name);

  it('follows links, also to a file that is not there yet, and leaves them links', async () => {
    writeFiles(folder(), { 'far/file': 'old' });
    fs.symlinkSync('far', at('near'));
    fs.symlinkSync('near/file', at('link'));
    fs.symlinkSync('../new', at('far/up'));
    fs.symlinkSync('near/up', at('dangling'));
    await saveWhole(at('link'), 'text');
    await saveWhole(at('dangling'), 'text');
    assert.ok(fs.lstatSync(at('link')).isSymbolicLink() && fs.lstatSync(at('dangling')).isSymbolicLink());
    const contents = ['far/file', 'new'].map((name) => fs.readFileSync(at(name), 'utf8'));
    assert.deepEqual(contents, ['text', 'text']);
    assert.deepEqual(fs.readdirSync(at('far')), ['file', 'up']);
  });

  it('leaves a device a device, and a pipe a pipe', async () => {
    const pipe = at('pipe');
    execFileSync('mkfifo', [pipe]);
    const reader = promisify(execFile)('cat', [pipe]);
    await saveWhole(pipe, 'through the pipe');
    assert.equal((await reader).stdout, 'through the pipe');
    assert.ok(fs.statSync(pipe).isFIFO());
    // A link to the device: a mistake here could replace the machine's own otherwise.
    fs.symlinkSync('/dev/null', at('null'));
    await saveWhole(at('null'), 'nothing');
    assert.ok(fs.lstatSync(at('null')).isSymbolicLink() && fs.statSync('/dev/null').isCharacterDevice());
  });

  it('says that a device is full', async () => {
    await assert.rejects(saveWhole('/dev/full', 'text'), /Expected to write .*full but could not: ENOSPC/);
  });

  it('appends to a file that is open already, as a shell does', async () => {
    writeFiles(folder(), { file: 'before\n' });
    const handle = fs.openSync(at('file'), 'a');
    await saveWhole(`/proc/self/fd/${handle}`, 'after\n');
    fs.closeSync(handle);
    assert.equal(fs.readFileSync(at('file'), 'utf8'), 'before\nafter\n');
  });

  it('keeps the mode of the file that it replaces', async () => {
    writeFiles(folder(), { file: '' });
    fs.chmodSync(at('file'), 0o640);
    await saveWhole(at('file'), 'new');
    assert.equal(fs.statSync(at('file')).mode & 0o777, 0o640);
  });

  it('shows the file when it is finished, and nothing of what is discarded', async () => {
    writeFiles(folder(), { file: 'old' });
    const [first, second] = [await openWhole(at('file')), await openWhole(at('file'))];
    await first.handle.writeFile('new');
    await second.handle.writeFile('never');
    assert.equal(fs.readFileSync(at('file'), 'utf8'), 'old');
    await first.finish();
    await first.discard();
    await second.discard();
    assert.equal(fs.readFileSync(at('file'), 'utf8'), 'new');
    assert.deepEqual(fs.readdirSync(folder()), ['file']);
  });

  it('says where the result is when the target has become a folder', async () => {
    const whole = await openWhole(at('file'));
    await whole.handle.writeFile('result');
    writeFiles(folder(), { 'file/x': '' });
    await assert.rejects(
      whole.finish(),
      /put the result in place as .*file but received EISDIR; it is in .*part$/,
    );
    const aside = fs.readdirSync(folder()).find((name) => name.endsWith('.part'))!;
    assert.equal(fs.readFileSync(at(aside), 'utf8'), 'result');
  });
});

describe('removeLeftovers', () => {
  const folder = useTemporaryFolder();

  it('removes temporary files that are older than an hour, and nothing else', async () => {
    writeFiles(folder(), { 'a.arrow': '', 'a.arrow.1-ab.part': '' });
    await removeLeftovers(folder());
    assert.equal(fs.readdirSync(folder()).length, 2);
    const seconds = Date.now() / 1000 - 3_700;
    for (const name of fs.readdirSync(folder())) fs.utimesSync(path.join(folder(), name), seconds, seconds);
    await removeLeftovers(folder());
    assert.deepEqual(fs.readdirSync(folder()), ['a.arrow']);
  });

  it('treats a missing folder as empty', () => removeLeftovers(path.join(folder(), 'no')));
});
