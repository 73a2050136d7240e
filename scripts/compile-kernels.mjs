// Compiles the kernels of the wasm backend: writes lib/tensor/wasm/compiled.ts from lib/tensor/wasm/assembly. The compiled
// code is committed as text, so that dist, bundles for browsers and clones without the compiler can import it. With --check
// it only compares.
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const FOLDER = fileURLToPath(new URL('../lib/tensor/wasm/', import.meta.url));
/** Without AssemblyScript's runtime: the memory belongs to tfjs. */
const OPTIONS = '-O3 --noAssert --runtime stub --importMemory --noExportMemory --enable simd'.split(' ');
/** Addresses of 64 bits, and v128 in exports, which are generics of the sources' own. */
const WARNINGS = ['--disableWarning', '201', '--disableWarning', '112'];

const COMPILED = path.join(FOLDER, 'compiled.ts');

/** Compiles. @returns the text of compiled.ts */
async function compileKernels() {
  const [plain, relaxed] = [await compile([]), await compile(['--enable', 'relaxed-simd'])];
  return [
    '// Compiled from assembly/ by `node scripts/compile-kernels.mjs`; a test compares.',
    '',
    '/** The kernels for every engine with SIMD, base64. */',
    `export const PLAIN_KERNELS =\n  '${plain}';`,
    '',
    '/** The kernels with fused products and sums, for engines with relaxed SIMD, base64. */',
    `export const RELAXED_KERNELS =\n  '${relaxed}';`,
    '',
  ].join('\n');
}

async function compile(features) {
  let binary;
  const source = path.join('assembly', 'index.ts');
  const { error, stderr } = await main(
    [source, '--baseDir', FOLDER, '--outFile', 'kernels.wasm', ...OPTIONS, ...WARNINGS, ...features],
    {
      writeFile: (_name, contents) => void (binary = contents),
    },
  );
  if (error) throw new Error(`Expected kernels that compile but received ${stderr}`, { cause: error });
  return Buffer.from(binary).toString('base64');
}

const text = await compileKernels();
if (!process.argv.includes('--check')) await fs.writeFile(COMPILED, text);
else if ((await fs.readFile(COMPILED, 'utf8')) !== text)
  throw new Error(`Expected ${COMPILED} to be what its sources give`);
