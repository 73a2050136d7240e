import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { installUserKernel, removeUserKernel } from '../../lib/setup/kernel';
import { useEnvironment } from '../support/environment';
import { useTemporaryFolder } from '../support/folder';

describe("the kernel in the user's own Jupyter", () => {
  const folder = useTemporaryFolder();
  const setData = useEnvironment('JUPYTER_DATA_DIR');
  const setHome = useEnvironment('XDG_DATA_HOME');
  beforeEach(() => setData(folder()));
  const file = () => path.join(folder(), 'kernels', 'tslab', 'kernel.json');

  it('is installed where Jupyter looks, starts from this project, and is removed completely', () => {
    assert.equal(installUserKernel(), file());
    const { argv, language } = JSON.parse(fs.readFileSync(file(), 'utf8')) as {
      argv: string[];
      language: string;
    };
    assert.deepEqual([argv[0], language], [process.execPath, 'typescript']);
    assert.ok(fs.existsSync(argv[1]), argv[1]);
    assert.equal(installUserKernel(), file());
    assert.equal(removeUserKernel(), file());
    assert.ok(!fs.existsSync(path.dirname(file())));
    assert.equal(removeUserKernel(), undefined);
  });

  it("is installed in Jupyter's own folder where none is named", () => {
    if (process.platform !== 'linux') return;
    setData(undefined);
    setHome(folder());
    const inJupyter = path.join(folder(), 'jupyter', 'kernels', 'tslab', 'kernel.json');
    assert.equal(installUserKernel(), inJupyter);
  });

  it('does not replace another kernel of that name', () => {
    fs.mkdirSync(path.dirname(file()), { recursive: true });
    const theirs = JSON.stringify({ argv: ['node', '/elsewhere/tslab'] });
    fs.writeFileSync(file(), theirs);
    for (const change of [installUserKernel, removeUserKernel])
      assert.throws(() => change(), /another named tslab is there: `jupyter kernelspec remove tslab`/);
    assert.equal(fs.readFileSync(file(), 'utf8'), theirs);
  });
});
