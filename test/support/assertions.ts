import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { projectRoot } from '../../lib/files/project';
import { replaceSection } from '../../lib/study/markdown';

/** Asserts that a number, or each of a list, is less than a tolerance away from what is expected. */
export function assertNear(
  received: number | ArrayLike<number>,
  expected: number | ArrayLike<number>,
  tolerance = 1e-6,
  name = '',
): void {
  const [values, wanted] = [received, expected].map((one) =>
    typeof one === 'number' ? [one] : Array.from(one),
  );
  assert.equal(values.length, wanted.length, name);
  values.forEach((value, at) =>
    assert.ok(Math.abs(value - wanted[at]) < tolerance, `${name} ${at}: ${value} is not ${wanted[at]}`),
  );
}

/** Asserts that some work leaves as many tensors as there were before it. */
export async function assertNoTensorLeft(work: () => unknown): Promise<void> {
  const before = tf.memory().numTensors;
  await work();
  assert.equal(tf.memory().numTensors, before);
}

/** Reads a text of the project. @param names path from the project's folder */
export function readText(...names: readonly string[]): string {
  return fs.readFileSync(path.join(projectRoot(), ...names), 'utf8');
}

/** Reads a committed result, results/reference/NAME.json. */
export function readReference<T>(name: string): T {
  return JSON.parse(readText('results', 'reference', `${name}.json`)) as T;
}

/** Asserts that a section of a committed text has a content to the digit. @param file path from the project's folder */
export function assertSection(file: string, section: string, content: string): void {
  assert.equal(readText(file), replaceSection(readText(file), section, content), file);
}
