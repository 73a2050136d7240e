import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { newStudy } from '../../lib/cli/new';
import { readFerg } from '../../lib/datasets/ferg';
import { writeSample } from '../../lib/characters';
import { projectRoot } from '../../lib/files/project';
import { venvProgram } from '../../lib/setup/python';
import { useTemporaryFolder } from '../support/folder';

function notebookOf(...sources: string[]): string {
  const cells = sources.map((source, index) => ({
    cell_type: 'code',
    id: `c${index}`,
    metadata: {},
    source,
    execution_count: null,
    outputs: [],
  }));
  return JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
}

const isSetUp = fs.existsSync(venvProgram('jupyter'));
const title = 'executing a notebook';

(isSetUp || process.env.REQUIRE_NATIVE ? describe : describe.skip)(
  isSetUp ? title : `${title} (skipped: JupyterLab is not set up; npm run setup puts it in place)`,
  function () {
    this.timeout(120000);
    const folder = useTemporaryFolder();

    function execute(...sources: string[]) {
      const source = path.join(folder(), 'source.ipynb');
      fs.writeFileSync(source, notebookOf(...sources));
      return executeFile(source);
    }

    function executeFile(source: string, settings: Readonly<Record<string, string>> = {}) {
      const target = path.join(folder(), 'target.ipynb');
      const script = path.join(projectRoot(), 'scripts', 'run_notebook.py');
      const env = { ...process.env, ...settings };
      const options = { cwd: projectRoot(), encoding: 'utf8' as const, env };
      return { ...spawnSync(venvProgram('python'), [script, source, target], options), target };
    }

    it('runs a new study on drawn pictures, from opening them to the mistakes', async () => {
      const sample = path.join(folder(), 'sample');
      await writeSample({ directory: sample, clipsPerCell: 2, framesPerClip: 2 });
      const data = path.join(folder(), 'pictures');
      for (const { path: file, character, emotion } of readFerg(sample).records) {
        const place = path.join(data, character, emotion, path.basename(file));
        fs.mkdirSync(path.dirname(place), { recursive: true });
        fs.copyFileSync(path.join(sample, file), place);
      }
      const study = newStudy({ name: path.join(folder(), 'my-study'), data, cropped: false });
      const { status, stdout, stderr } = executeFile(study, { EPOCHS: '2', RESULTS_DIR: folder() });
      assert.equal(status, 0, stderr);
      assert.match(stdout, /A face was found in 1\d\d of 168 images/);
      assert.match(stdout, /The network is right for [\d.]+ % of \d+ test images/);
    });

    it('prints what cells print, and saves their outputs', () => {
      const { status, stdout, target } = execute('const a = 20;', 'console.log(a + 1);');
      assert.equal(status, 0);
      assert.match(stdout, /^21$/m);
      assert.match(fs.readFileSync(target, 'utf8'), /21\\n/);
    });

    it('ends at a failing cell with its number, source and message', () => {
      const { status, stderr, stdout } = execute(
        'const a = 1;',
        'throw new RangeError(`Expected 2 but received ${a}`);',
        'console.log("not reached");',
      );
      assert.equal(status, 1);
      assert.match(stderr, /Cell 2 of .*source\.ipynb failed:\n {2}throw new RangeError/);
      assert.match(stderr, /RangeError: Expected 2 but received 1/);
      assert.doesNotMatch(stdout, /^not reached/m);
    });

    it('shows what a helper expected and its line in lib, not in the compiled file', () => {
      const { status, stderr } = execute(
        `import { readExperiment } from '${path.join(projectRoot(), 'lib')}';`,
        "readExperiment({ EPOCHS: '-1' });",
      );
      assert.equal(status, 1);
      assert.match(stderr, /RangeError: Expected an integer of at least 1 for EPOCHS but received -1/);
      assert.match(stderr, /at readNumber \(.*\/lib\/core\/experiment-settings\.ts:\d+:\d+\)/);
      assert.doesNotMatch(stderr, /\/dist\/core\//);
    });

    it('names the type error of a cell that does not compile', () => {
      const { status, stderr } = execute('const a: number = "one";');
      assert.equal(status, 1);
      assert.match(stderr, /Cell 1 of .* failed/);
      assert.match(stderr, /Type 'string' is not assignable to type 'number'/);
    });
  },
);
