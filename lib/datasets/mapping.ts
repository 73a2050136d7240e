import path from 'node:path';
import { EMOTIONS, type Emotion, isEmotion } from '../core/emotions';
import { unexpected } from '../core/errors';
import type { FrameRecord } from '../core/record';
import { type Dataset, expectRecords, noteCount, type OpenOptions, optionName } from './dataset';
import { expectFolder, listTree, readText } from './tree';

/** Content of a mapping file, which describes a data set that has no reader. */
interface Mapping {
  /** Name in reports. */
  readonly name: string;
  /** The expression of each of the data set's class names; null leaves the class out. */
  readonly classes: Readonly<Record<string, Emotion | null>>;
  /**
   * Form of a picture's path: folders such as `<group>/<class>`, or a regular expression with the named group `class`,
   * and optionally `group` and `clip`.
   */
  readonly path: string;
  /** Whether the pictures are cropped faces. */
  readonly cropped?: boolean;
}

/**
 * Reads a folder by a mapping file. Pictures whose paths do not match, and those of classes without an expression, are
 * left out and counted.
 * @param options.mapping JSON file, see {@link Mapping}
 * @throws RangeError without a mapping, for an invalid one, a picture whose class the mapping lacks, or when no picture
 *   fits
 */
export function readWithMapping(directory: string, { mapping: file, setting = 'DIR' }: OpenOptions): Dataset {
  const option = optionName('mapping', setting);
  if (!file) throw unexpected('a file', option, 'none');
  const mapping = parseMapping(readText(file, option), file);
  const { name, cropped } = mapping;
  const root = expectFolder(directory, setting, `of ${name}`);
  const pattern = toPattern(mapping.path, file);
  const paths = listTree(root);
  const records = paths.flatMap((picture) => toRecord(picture, pattern, mapping));
  expectRecords(records, `pictures of the form ${mapping.path}`, setting, root);
  const notes = noteCount(paths.length - records.length, 'pictures were left out');
  return { name, synthetic: false, directory: root, records, notes, cropped };
}

function toRecord(file: string, pattern: RegExp, { classes }: Mapping): FrameRecord[] {
  const { class: name, group, clip } = pattern.exec(file)?.groups ?? {};
  if (name === undefined) return [];
  if (!Object.hasOwn(classes, name))
    throw unexpected(
      `one of ${Object.keys(classes).join(', ')}`,
      `the class of ${file}`,
      `${name}: add it to the mapping file, with null to leave it out`,
    );
  const emotion = classes[name];
  if (!emotion) return [];
  return [{ path: file, character: group ?? 'all', emotion, ...(clip === undefined ? {} : { clip }) }];
}

function toPattern(form: string, mappingFile: string): RegExp {
  const isFolders = /^(<(group|class|clip)>|[^<>()?\\^$*+[\]{}|]+)+$/.test(form);
  const escaped = form.replaceAll('.', '\\.');
  const source = isFolders ? `^${escaped.replace(/<(\w+)>/g, '(?<$1>[^/]+)')}/` : form;
  const name = `path of ${mappingFile}`;
  if (!source.includes('(?<class>')) throw unexpected('<class> or (?<class>…)', name, form);
  try {
    return new RegExp(source, 'u');
  } catch (cause) {
    throw unexpected('a regular expression', name, form, cause);
  }
}

function parseMapping(text: string, file: string): Mapping {
  let mapping: Partial<Mapping> | null;
  try {
    mapping = JSON.parse(text) as Partial<Mapping> | null;
  } catch (cause) {
    throw unexpected('JSON', 'mapping', `${path.basename(file)}: ${(cause as Error).message}`, cause);
  }
  const { name, classes, path: form } = mapping ?? {};
  if (typeof name !== 'string' || typeof form !== 'string' || typeof classes !== 'object' || !classes) {
    const found = Object.keys(mapping ?? {}).join(', ') || text.trim().slice(0, 40);
    throw unexpected('name, classes and path', 'mapping', found);
  }
  for (const [one, emotion] of Object.entries(classes))
    if (emotion !== null && !isEmotion(emotion))
      throw unexpected(`one of ${EMOTIONS.join(', ')} or null`, `class ${one}`, emotion);
  return mapping as Mapping;
}
