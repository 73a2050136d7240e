import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../lib/files/project';
import { detectVariant, findCompiler, setUpNative, TENSORFLOW_VERSION } from '../../lib/setup/native';
import { findPython } from '../../lib/setup/python';
import { runCommand, runStep } from '../../lib/setup/step';
import { useEnvironment } from '../support/environment';
import { useTemporaryFolder } from '../support/folder';

async function failingStep(): Promise<never> {
  await runCommand([process.execPath, '-e', 'process.exit(3)']);
  throw new Error('unreachable');
}

describe('set-up', () => {
  const folder = useTemporaryFolder();

  const setPath = useEnvironment('PATH');
  const setCompiler = useEnvironment('CXX');

  /** Makes programs, by name and script, the only ones that set-up finds. */
  function usePrograms(scripts: Readonly<Record<string, string>>): void {
    setPath(folder());
    for (const [name, script] of Object.entries(scripts))
      fs.writeFileSync(path.join(folder(), name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  it('takes the CUDA build where nvidia-smi lists a GPU', () => {
    usePrograms({ 'nvidia-smi': 'echo "GPU 0: NVIDIA H100 (UUID: GPU-1)"' });
    assert.equal(detectVariant(), 'gpu');
  });

  for (const [fault, scripts] of Object.entries<Record<string, string>>({
    'is missing': {},
    fails: { 'nvidia-smi': 'echo "GPU 0: x"; exit 9' },
    'lists nothing': { 'nvidia-smi': 'echo "No devices were found"' },
  }))
    it(`takes the CPU build where nvidia-smi ${fault}`, () => {
      usePrograms(scripts);
      assert.equal(detectVariant(), 'cpu');
    });

  it('finds a Python from 3.10 on', () => {
    usePrograms({ python3: 'echo 3.14' });
    assert.equal(findPython(), 'python3');
    usePrograms({ python3: 'echo 3.9', python: 'echo 3.12' });
    assert.equal(findPython(), 'python');
  });

  it('says which Python it found, and what to install', () => {
    usePrograms({});
    const hint = 'Debian and Ubuntu: apt install python3 python3-venv';
    assert.throws(findPython, { message: `no Python >= 3.10 was found; ${hint}` });
    usePrograms({ python3: 'echo 3.9' });
    assert.throws(findPython, { message: `no Python >= 3.10 was found (python3 is 3.9); ${hint}` });
  });

  it('finds a C++ compiler, the user’s own first, and says what to install otherwise', () => {
    setCompiler('my-c++');
    usePrograms({});
    assert.throws(findCompiler, /no C\+\+ compiler was found \(my-c\+\+, c\+\+.*\); .* apt install g\+\+/);
    usePrograms({ 'g++': 'echo yes' });
    assert.equal(findCompiler(), 'g++');
    usePrograms({ 'my-c++': 'echo yes' });
    assert.equal(findCompiler(), 'my-c++');
  });

  it('sets native TensorFlow up on Linux x64 only', async () => {
    const { platform } = process;
    Object.defineProperty(process, 'platform', { value: 'darwin' });
    const refused = setUpNative();
    Object.defineProperty(process, 'platform', { value: platform });
    await assert.rejects(refused, /native TensorFlow is set up on Linux x64 only, this is darwin/);
  });

  it('prints why a step failed, and returns it', async () => {
    const lines: string[] = [];
    const reason = await runStep('TensorFlow', failingStep, (line) => lines.push(line));
    assert.match(reason!, /to succeed but it ended with 3/);
    assert.deepEqual(lines, [`TensorFlow: not available: ${reason}; the WebAssembly backend is used`]);
  });

  it('prints what a step did', async () => {
    const lines: string[] = [];
    assert.equal(
      await runStep(
        'kernel',
        async () => 'is there',
        (line) => lines.push(line),
      ),
      undefined,
    );
    assert.deepEqual(lines, ['kernel: is there']);
  });

  it('says which program is missing', async () => {
    await assert.rejects(runCommand(['no-such-program']), /Expected no-such-program to start but .*ENOENT/);
  });
});

describe('requirements/tensorflow-*.txt', () => {
  for (const variant of ['cpu', 'gpu']) {
    it(`pins each package of the ${variant} build by version and hash, as set-up asks pip to check`, () => {
      const file = path.join(projectRoot(), 'requirements', `tensorflow-${variant}.txt`);
      const text = fs.readFileSync(file, 'utf8').replace(/#.*\n/g, '').replace(/\\\n/g, '');
      const lines = text.trim().split('\n');
      const loose = lines.filter(
        (line) => !/^[\w.[\]-]+==[\w.]+(\s+--hash=sha256:[0-9a-f]{64})+$/.test(line),
      );
      assert.deepEqual(loose, []);
      assert.ok(lines.some((line) => /^tensorflow(-cpu|\[and-cuda\])==/.test(line)));
      assert.ok(text.includes(`==${TENSORFLOW_VERSION} `));
    });
  }
});
