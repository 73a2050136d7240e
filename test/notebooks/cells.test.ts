import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { listNotebooks, toCleanText } from '../../lib/notebook/notebooks';
import { projectRoot } from '../../lib/files/project';

interface NotebookCell {
  readonly cell_type: 'code' | 'markdown';
  readonly source: string | readonly string[];
  readonly outputs?: readonly { readonly output_type: string; readonly name?: string }[];
}

interface Notebook {
  readonly cells: readonly NotebookCell[];
  readonly metadata: { readonly kernelspec?: { readonly name: string } };
}

const notebooks = listNotebooks().map((file) => path.join(projectRoot(), file));
const CELL_LINES = 18;
/** JupyterLab shows about 113 characters of a line in a window of 1400 pixels, and cuts the rest off. */
const CELL_COLUMNS = 108;

function readNotebook(file: string): Notebook {
  return JSON.parse(fs.readFileSync(file, 'utf8')) as Notebook;
}

function sourceOf(cell: NotebookCell): string {
  return typeof cell.source === 'string' ? cell.source : cell.source.join('');
}

/**
 * Joins all code cells of a notebook to one module that imports lib's sources. It exports every name, as tslab does, which
 * is an error where the type of one cannot be named: lib has to export that type.
 */
function toModule(file: string): string {
  const cells = readNotebook(file).cells.filter((cell) => cell.cell_type === 'code');
  const text = cells.map(sourceOf).join('\n').replaceAll("'../lib'", "'../lib/index'");
  const names = declaredNames(ts.createSourceFile('cells.ts', text, ts.ScriptTarget.ES2022));
  return `${text}\nexport { ${names.join(', ')} };\n`;
}

function readOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(path.join(projectRoot(), 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, projectRoot());
  const own = { noEmit: true, declaration: true, sourceMap: false, noUnusedLocals: false };
  // Cells may await: tslab wraps them.
  return { ...options, ...own, rootDir: projectRoot(), module: ts.ModuleKind.ES2022 };
}

/** Checks notebooks, each as one module, in one program: lib is read once. @returns the messages, by notebook */
function typeCheck(files: readonly string[]): Record<string, string[]> {
  const modules = new Map(files.map((file) => [file.replace(/\.ipynb$/, '.cells.ts'), toModule(file)]));
  const options = readOptions();
  const host = ts.createCompilerHost(options);
  const [fileExists, readFile, getSourceFile] = [host.fileExists, host.readFile, host.getSourceFile];
  host.fileExists = (name) => modules.has(name) || fileExists(name);
  host.readFile = (name) => modules.get(name) ?? readFile(name);
  host.getSourceFile = (name, target, ...rest) => {
    const text = modules.get(name);
    return text === undefined
      ? getSourceFile(name, target, ...rest)
      : ts.createSourceFile(name, text, target);
  };
  const program = ts.createProgram([...modules.keys()], options, host);
  const check = (name: string) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(name))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  return Object.fromEntries([...modules.keys()].map((name) => [path.basename(name), check(name)]));
}

/** Names that a cell declares for the cells after it: variables, functions, types and imports at its top. */
function declaredNames(source: ts.SourceFile): string[] {
  const names: string[] = [];
  const addName = (name: ts.BindingName | undefined): void => {
    if (!name) return;
    if (ts.isIdentifier(name)) names.push(name.text);
    else name.elements.forEach((element) => ts.isBindingElement(element) && addName(element.name));
  };
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement)) {
      statement.declarationList.declarations.forEach(({ name }) => addName(name));
    } else if (ts.isFunctionDeclaration(statement)) addName(statement.name);
    else if (ts.isImportDeclaration(statement)) {
      const bindings = statement.importClause?.namedBindings;
      if (bindings && ts.isNamedImports(bindings)) bindings.elements.forEach(({ name }) => addName(name));
    }
  }
  return names;
}

function shorthandNames(node: ts.Node): string[] {
  const own = ts.isShorthandPropertyAssignment(node) ? [node.name.text] : [];
  const inner: string[] = [];
  node.forEachChild((child) => void inner.push(...shorthandNames(child)));
  return [...own, ...inner];
}

describe('the notebooks', () => {
  it('are there', () => assert.ok(notebooks.some((file) => file.endsWith('emotion-recognition.ipynb'))));

  it('are less than 4 MB together, so that a clone and a page of each are loaded quickly', () => {
    const bytes = notebooks.reduce((sum, file) => sum + fs.statSync(file).size, 0);
    assert.ok(bytes < 4_000_000, `${bytes} bytes`);
  });

  it('type-check, all cells of each together', function () {
    this.timeout(120000);
    const messages = typeCheck(notebooks);
    assert.equal(Object.keys(messages).length, notebooks.length);
    assert.deepEqual(Object.values(messages).flat(), [], JSON.stringify(messages, null, 2));
  });

  it('show only charts and tables of real faces', () => {
    const { cells } = readNotebook(path.join(projectRoot(), 'notebooks', 'real-faces.ipynb'));
    for (const output of cells.flatMap(({ outputs = [] }) => outputs)) {
      const data: Readonly<Record<string, unknown>> =
        (output as { data?: Record<string, unknown> }).data ?? {};
      const isChart = 'application/vnd.vegalite.v5+json' in data;
      const pictures = Object.keys(data).filter((type) => type.startsWith('image/'));
      assert.ok(isChart || pictures.length === 0, `a picture that is no chart: ${pictures.join()}`);
      assert.doesNotMatch(JSON.stringify(data['text/html'] ?? ''), /<img|data:image|<svg/);
    }
  });

  describe('emotion-recognition.ipynb, which readers learn from', () => {
    const { cells } = readNotebook(path.join(projectRoot(), 'notebooks', 'emotion-recognition.ipynb'));
    const code = cells.filter((cell) => cell.cell_type === 'code').map(sourceOf);

    it('imports in the cell that uses it first', () => {
      const unused = code.flatMap((text) => {
        const source = ts.createSourceFile('cell.ts', text, ts.ScriptTarget.ES2022);
        const imports = source.statements.filter(ts.isImportDeclaration);
        const names = imports.flatMap((statement) => {
          const bindings = statement.importClause?.namedBindings;
          return bindings && ts.isNamedImports(bindings) ? bindings.elements.map((one) => one.name.text) : [];
        });
        const rest = imports.reduce((left, statement) => left.replace(statement.getText(source), ''), text);
        return names.filter((name) => !new RegExp(`\\b${name}\\b`).test(rest));
      });
      assert.deepEqual(unused, []);
    });

    it('leaves timing, files and floating promises to helpers', () => {
      const stray = code.filter((text) =>
        /(?<!: )\bvoid\b|performance\.now|saveFigure|from 'node:|JSON\.stringify/.test(text),
      );
      assert.deepEqual(stray, []);
    });
  });

  for (const file of notebooks) {
    const name = path.basename(file);

    it(`${name}: runs on the tslab kernel and opens with a title`, () => {
      const { cells, metadata } = readNotebook(file);
      assert.equal(metadata.kernelspec?.name, 'tslab');
      assert.match(sourceOf(cells[0]), /^# /);
    });

    it(`${name}: writes { a: a } for variables of earlier cells, which tslab 1.0.22 cannot find in { a }`, () => {
      const earlier = new Set<string>();
      for (const cell of readNotebook(file).cells.filter(({ cell_type: type }) => type === 'code')) {
        const source = ts.createSourceFile('cell.ts', sourceOf(cell), ts.ScriptTarget.ES2022);
        assert.deepEqual(
          shorthandNames(source).filter((used) => earlier.has(used)),
          [],
        );
        declaredNames(source).forEach((declared) => earlier.add(declared));
      }
    });

    it(`${name}: links lead to its headings and to files`, () => {
      const texts = readNotebook(file)
        .cells.filter(({ cell_type: type }) => type === 'markdown')
        .map(sourceOf)
        .join('\n');
      // As JupyterLab and GitHub name them.
      const anchors = Array.from(
        texts.matchAll(/^#+ (.+)$/gm),
        ([, title]) => `#${title.replaceAll(' ', '-')}`,
      );
      const links = Array.from(texts.matchAll(/\]\(([^)]+)\)/g), ([, link]) => link);
      const leads = (link: string): boolean =>
        link.startsWith('#') ? anchors.includes(link) : fs.existsSync(path.join(path.dirname(file), link));
      assert.deepEqual(
        links.filter((link) => !link.startsWith('https://') && !leads(link)),
        [],
      );
    });

    it(`${name}: one idea a cell, ${CELL_LINES} lines of ${CELL_COLUMNS} characters at most`, () => {
      const code = readNotebook(file).cells.filter(({ cell_type: type }) => type === 'code');
      const cells = code.map((cell) => sourceOf(cell).split('\n'));
      assert.deepEqual(
        cells.filter((lines) => lines.length > CELL_LINES),
        [],
      );
      assert.deepEqual(
        cells.flat().filter((line) => line.length > CELL_COLUMNS),
        [],
      );
    });

    it(`${name}: is committed with the outputs of a clean run, counts and times stripped`, () => {
      const text = fs.readFileSync(file, 'utf8');
      assert.equal(toCleanText(text) === text, true, 'npx . notebooks clean strips what is left of a run');
      const code = readNotebook(file).cells.filter((cell) => cell.cell_type === 'code');
      const outputs = code.flatMap((cell) => cell.outputs ?? []);
      assert.ok(outputs.length > 0, 'there are no outputs');
      assert.deepEqual(
        outputs.filter((output) => output.output_type === 'error' || output.name === 'stderr'),
        [],
      );
    });
  }
});
