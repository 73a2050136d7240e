// Draws which folders of lib import from which, as a Mermaid graph, and writes it into CONTRIBUTING.md.
// Run `node scripts/draw-architecture.mjs` after a change of imports; with --check it only compares, and fails on a difference.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const lib = path.join(root, 'lib');
const target = path.join(root, 'CONTRIBUTING.md');
const [begin, end] = ['<!-- architecture -->', '<!-- /architecture -->'];

/** Folder of a file below lib; a file at lib's top stands for itself. */
const folderOf = (file) => path.relative(lib, file).split(path.sep)[0].replace(/\.ts$/, '');

function listImports() {
  const files = fs.readdirSync(lib, { recursive: true }).filter((name) => /(?<!\.d)\.ts$/.test(name));
  return files.flatMap((name) => {
    const file = path.join(lib, name);
    const found = fs.readFileSync(file, 'utf8').matchAll(/(?:from|import|require)\s*\(?\s*'(\.[^']+)'/g);
    return Array.from(found, ([, module]) => [
      folderOf(file),
      folderOf(path.resolve(path.dirname(file), module)),
    ]);
  });
}

/** Imports of each folder from other folders, as a map from a folder to the set of those that it imports. */
function toGraph(imports) {
  const graph = new Map();
  for (const [from, to] of imports) {
    if (!graph.has(from)) graph.set(from, new Set());
    if (from !== to) graph.get(from).add(to);
  }
  return graph;
}

function reaches(graph, from, to) {
  return [...(graph.get(from) ?? [])].some((next) => next === to || reaches(graph, next, to));
}

/** Leaves out an arrow where a longer way of arrows leads to the same folder. */
function toMermaid(graph) {
  const arrows = [...graph].flatMap(([from, targets]) =>
    [...targets]
      .filter((to) => ![...targets].some((other) => other !== to && reaches(graph, other, to)))
      .map((to) => `  ${from} --> ${to}`),
  );
  return ['```mermaid', 'graph TD', ...arrows.sort(), '```'].join('\n');
}

const text = fs.readFileSync(target, 'utf8');
const [before, rest] = text.split(begin);
if (rest === undefined || !rest.includes(end))
  throw new Error(`Expected ${begin} and ${end} in CONTRIBUTING.md`);
const drawn = `${before}${begin}\n\n${toMermaid(toGraph(listImports()))}\n\n${end}${rest.split(end)[1]}`;
if (!process.argv.includes('--check')) fs.writeFileSync(target, drawn);
else if (drawn !== text) {
  console.error(
    'Expected the graph of imports in CONTRIBUTING.md to be current: run `node scripts/draw-architecture.mjs`',
  );
  process.exitCode = 1;
}
