import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../lib/files/project';
import {
  chooseVariant,
  findCompiler,
  findPython,
  TENSORFLOW_VERSION,
  whyUnsupported,
} from '../../lib/setup/choose';
import { readOutput, runCommand } from '../../lib/setup/command';
import { runStep } from '../../lib/setup/step';
import { useTemporaryFolder } from '../support/folder';

async function failingStep(): Promise<never> {
  await runCommand([process.execPath, '-e', 'process.exit(3)']);
  throw new Error('unreachable');
}

describe('set-up', () => {
  const folder = useTemporaryFolder();

  /** Puts a program of that name into the test's folder and gives a way to ask it. */
  function fakeProgram(name: string, script: string): (command: readonly string[]) => string | undefined {
    const file = path.join(folder(), name);
    fs.writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return ([program, ...args]) => (program === name ? readOutput([file, ...args]) : undefined);
  }

  it('takes the CUDA build where nvidia-smi lists a GPU', () => {
    const ask = fakeProgram('nvidia-smi', 'echo "GPU 0: NVIDIA H100 (UUID: GPU-1)"');
    assert.equal(chooseVariant(undefined, ask), 'gpu');
  });

  it('takes the CPU build where nvidia-smi is missing, fails, or lists nothing', () => {
    assert.equal(
      chooseVariant(undefined, () => undefined),
      'cpu',
    );
    assert.equal(chooseVariant(undefined, fakeProgram('nvidia-smi', 'echo "GPU 0: x"; exit 9')), 'cpu');
    assert.equal(chooseVariant(undefined, fakeProgram('nvidia-smi', 'echo "No devices were found"')), 'cpu');
  });

  it('lets the user choose against nvidia-smi', () => {
    const ask = fakeProgram('nvidia-smi', 'echo "GPU 0: NVIDIA H100"');
    assert.equal(chooseVariant('cpu', ask), 'cpu');
    assert.equal(
      chooseVariant('gpu', () => undefined),
      'gpu',
    );
  });

  it('finds a Python from 3.10 on, and says what it found otherwise', () => {
    const versions = (python3?: string, python?: string) => (command: readonly string[]) =>
      command[0] === 'python3' ? python3 : python;
    assert.deepEqual(findPython(versions('3.14')), { python: 'python3' });
    assert.deepEqual(findPython(versions('3.9', '3.12')), { python: 'python' });
    const hint = 'Debian and Ubuntu: apt install python3 python3-venv';
    assert.deepEqual(findPython(versions('3.9')), {
      reason: `no Python >= 3.10 was found (python3 is 3.9); ${hint}`,
    });
    assert.deepEqual(findPython(versions()), { reason: `no Python >= 3.10 was found; ${hint}` });
  });

  it('finds a C++ compiler, the user’s own first, and says what to install otherwise', () => {
    assert.deepEqual(
      findCompiler(() => 'yes', 'my-c++'),
      { compiler: 'my-c++' },
    );
    assert.deepEqual(
      findCompiler(([name]) => (name === 'g++' ? 'yes' : undefined), undefined),
      { compiler: 'g++' },
    );
    const none = findCompiler(() => undefined, undefined);
    assert.match('reason' in none ? none.reason : '', /no C\+\+ compiler was found .* apt install g\+\+/);
  });

  it('sets native TensorFlow up on Linux x64 only', () => {
    assert.equal(whyUnsupported('linux', 'x64'), undefined);
    assert.match(whyUnsupported('darwin', 'arm64') ?? '', /Linux x64 only, this is darwin arm64/);
  });

  it('turns a failing step into a result with its reason', async () => {
    const result = await runStep('TensorFlow', () => failingStep());
    assert.equal(result.state, 'unavailable');
    assert.match(result.detail, /to succeed but it ended with 3/);
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
