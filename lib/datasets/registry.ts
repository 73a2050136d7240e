import { NUMBERINGS } from '../core/emotions';
import { unexpected } from '../core/errors';
import { LABEL_RULES } from '../core/votes';
import { readCkPlus } from './ck-plus';
import { type Dataset, type OpenOptions, optionName, type ReaderOption } from './dataset';
import { readFerPlus } from './fer-plus';
import { readFer2013 } from './fer2013';
import { readFerg } from './ferg';
import { readJaffe } from './jaffe';
import { readLabels, readOwnFolder } from './labels';
import { readWithMapping } from './mapping';

/** A data set with a reader. */
interface DatasetKind {
  /** Name on the command line. */
  readonly id: string;
  readonly title: string;
  /** Number and origin of the images. */
  readonly content: string;
  readonly licence: string;
  /** How to obtain it. */
  readonly access: string;
  readonly layout: string;
  /** Options that its reader accepts; others are an error. */
  readonly accepts?: readonly ReaderOption[];
  open(directory: string, options: OpenOptions): Dataset | Promise<Dataset>;
}

const OWN_DATA = { content: 'your own data', licence: 'the licence of your data', access: 'your own data' };

/** All data sets with a reader, and three readers for other data. */
export const DATASETS: readonly DatasetKind[] = [
  {
    id: 'ferg',
    title: 'FERG-DB',
    content: '55,768 renders of six stylized characters, seven expressions',
    licence: 'research only, not to be passed on',
    access: 'on request from its authors (Aneja et al. 2016)',
    layout: '<character>/<character>_<emotion>/*.png',
    open: readFerg,
  },
  {
    id: 'jaffe',
    title: 'JAFFE',
    content: '213 pictures of ten women, posed, seven expressions',
    licence: 'non-commercial research, not to be passed on',
    access: 'on request from its authors (Lyons et al. 1998), record 3451524 on Zenodo',
    layout: 'KA.AN1.39.tiff, KA-AN1.jpeg',
    open: readJaffe,
  },
  {
    id: 'ck-plus',
    title: 'CK+',
    content: '327 labelled sequences of 118 people, posed, from neutral to the peak; contempt is left out',
    licence: 'research only, not to be passed on',
    access: 'on request from its authors (Lucey et al. 2010)',
    layout: 'cohn-kanade-images/S005/001/*.png, Emotion/S005/001/*_emotion.txt',
    open: readCkPlus,
  },
  {
    id: 'fer2013',
    title: 'FER2013',
    content: '35,887 cropped faces of 48x48 from the web, no persons named, some labels wrong',
    licence: 'unclear: pictures from the web; given for research',
    access: "Kaggle's Challenges in Representation Learning (Goodfellow et al. 2013)",
    layout: 'fer2013.csv',
    open: readFer2013,
  },
  {
    id: 'fer-plus',
    title: 'FER+',
    content:
      "FER2013's 35,710 faces of 48x48 with ten raters' votes each; labels by majority, the others left out",
    licence: 'pictures: rights unclear, research use customary; labels: MIT',
    access: "github.com/microsoft/FERPlus (Barsoum et al. 2016), beside or joined with Kaggle's fer2013.csv",
    layout: 'FER2013Train, FER2013Valid, FER2013Test with label.csv each; or fer2013.csv and fer2013new.csv',
    accepts: ['labels'],
    open: readFerPlus,
  },
  {
    id: 'folder',
    title: 'class folders or labels.csv',
    ...OWN_DATA,
    layout: '<emotion>/* or <group>/<emotion>/*, also in train, validation and test; or by its labels.csv',
    accepts: ['numbered'],
    open: readOwnFolder,
  },
  {
    id: 'labels',
    title: 'a table of labels',
    ...OWN_DATA,
    layout: 'a CSV file with path and label; maybe person, side and further columns',
    accepts: ['numbered'],
    open: readLabels,
  },
  {
    id: 'mapping',
    title: 'any other, by a mapping file',
    ...OWN_DATA,
    layout: '--mapping FILE: {"name", "classes": {"happy": "joy"}, "path": "<group>/<class>"}',
    accepts: ['mapping'],
    open: readWithMapping,
  },
];

/**
 * Finds a data set by its id.
 * @param setting name of the user's option or variable for the id, for messages
 * @throws RangeError for an unknown id
 */
export function findDataset(id: string, setting = '--dataset'): DatasetKind {
  const kind = DATASETS.find((one) => one.id === id);
  if (kind) return kind;
  throw unexpected(`one of ${DATASETS.map((one) => one.id).join(', ')}`, setting, id);
}

/** Accepted values of the options that only some readers accept; undefined: any. */
const READER_OPTIONS: Readonly<Record<ReaderOption, readonly string[] | undefined>> = {
  mapping: undefined,
  labels: LABEL_RULES,
  numbered: NUMBERINGS,
};

/**
 * Reads a data set with its reader.
 * @param options only those that the reader accepts
 * @throws RangeError for an unknown id, an option that the reader does not accept, or an unknown value; what the reader
 *   throws
 */
export async function readDataset(id: string, directory: string, options: OpenOptions): Promise<Dataset> {
  const { accepts, open } = findDataset(id, optionName('dataset', options.setting));
  for (const [option, choices] of Object.entries(READER_OPTIONS) as [ReaderOption, string[] | undefined][]) {
    const value = options[option];
    if (value === undefined) continue;
    const name = optionName(option, options.setting);
    if (!accepts?.includes(option)) throw unexpected(`no ${name}`, `the data set ${id}`, value);
    if (choices && !choices.includes(value)) throw unexpected(`one of ${choices.join(', ')}`, name, value);
  }
  return open(directory, options);
}
