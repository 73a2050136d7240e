import path from 'node:path';
import { EMOTIONS, type Emotion, isEmotion } from '../core/emotions';
import type { FrameRecord } from '../core/record';
import type { Dataset } from './dataset';
import { optionName } from './options';
import { readText } from './text';
import { expectFolder, listTree } from './tree';

/** Content of a mapping file, which describes a data set without a reader of its own. */
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
 * Reads a folder by a mapping file. Pictures of other paths and of classes without an expression are left out and
 * counted.
 * @param mappingFile JSON, see {@link Mapping}
 * @param setting name of the user's option or variable, for messages
 * @throws RangeError for an invalid mapping, a picture whose class the mapping lacks, or when no picture fits
 */
export function readWithMapping(directory: string, mappingFile: string, setting = 'DIR'): Dataset {
  const mapping = parseMapping(readText(mappingFile, optionName('mapping', setting)), mappingFile);
  const root = expectFolder(directory, setting, `of ${mapping.name}`);
  const pattern = toPattern(mapping.path, mappingFile);
  const paths = listTree(root);
  const records = paths.flatMap((file) => toRecord(file, pattern, mapping));
  if (records.length === 0)
    throw new RangeError(
      `Expected pictures of the form ${mapping.path} for ${setting} but received ${root} with none`,
    );
  const notes =
    paths.length > records.length ? [`${paths.length - records.length} pictures were left out`] : [];
  return { name: mapping.name, synthetic: false, directory: root, records, notes, cropped: mapping.cropped };
}

function toRecord(file: string, pattern: RegExp, { classes }: Mapping): FrameRecord[] {
  const { class: name, group, clip } = pattern.exec(file)?.groups ?? {};
  if (name === undefined) return [];
  if (!Object.hasOwn(classes, name))
    throw new RangeError(
      `Expected one of ${Object.keys(classes).join(', ')} for the class of ${file} but received ${name}`,
    );
  const emotion = classes[name];
  if (!emotion) return [];
  return [{ path: file, character: group ?? 'all', emotion, ...(clip === undefined ? {} : { clip }) }];
}

function toPattern(form: string, mappingFile: string): RegExp {
  const isFolders = /^(<(group|class|clip)>|[^<>()?\\^$*+[\]{}|]+)+$/.test(form);
  const escaped = form.replaceAll('.', '\\.');
  const source = isFolders ? `^${escaped.replace(/<(\w+)>/g, '(?<$1>[^/]+)')}/` : form;
  if (!source.includes('(?<class>'))
    throw new RangeError(`Expected <class> or (?<class>…) for path of ${mappingFile} but received ${form}`);
  try {
    return new RegExp(source, 'u');
  } catch (cause) {
    throw new RangeError(`Expected a regular expression for path of ${mappingFile} but received ${form}`, {
      cause,
    });
  }
}

function parseMapping(text: string, file: string): Mapping {
  let mapping: Partial<Mapping> | null;
  try {
    mapping = JSON.parse(text) as Partial<Mapping> | null;
  } catch (cause) {
    throw new RangeError(`Expected JSON for mapping but received ${path.basename(file)}`, { cause });
  }
  const { name, classes, path: form } = mapping ?? {};
  if (typeof name !== 'string' || typeof form !== 'string' || typeof classes !== 'object' || !classes)
    throw new RangeError(
      `Expected name, classes and path for mapping but received ${Object.keys(mapping ?? {}).join(', ') || text.trim().slice(0, 40)}`,
    );
  const stray = Object.entries(classes).find(([, emotion]) => emotion !== null && !isEmotion(emotion));
  if (stray)
    throw new RangeError(
      `Expected one of ${EMOTIONS.join(', ')} or null for class ${stray[0]} but received ${stray[1]}`,
    );
  return mapping as Mapping;
}
