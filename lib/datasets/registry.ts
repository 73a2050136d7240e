import type { LabelRule } from '../core/votes';
import { readCkPlus } from './ck-plus';
import type { Dataset } from './dataset';
import { readFerPlus } from './fer-plus';
import { readFer2013 } from './fer2013';
import { readFerg } from './ferg';
import { readFolder } from './folder';
import { readJaffe } from './jaffe';
import { readMapped } from './mapping';

/** What a reader may need beside the folder. */
export interface OpenOptions {
  /** Where a reader may keep what it converts. */
  readonly cacheDirectory: string;
  /** The mapping file, for `mapping`. */
  readonly mapping?: string;
  /** Which images are records, for data sets with votes; default `strict`. */
  readonly labels?: LabelRule;
  /** What the user set the folder to, for messages. */
  readonly setting?: string;
}

/** A data set that can be read. */
export interface DatasetKind {
  /** What it is called on the command line. */
  readonly id: string;
  readonly title: string;
  /** How many images, of whom, made how. */
  readonly content: string;
  readonly licence: string;
  /** How one comes by it. */
  readonly access: string;
  readonly layout: string;
  /** Whether its images have raters' votes, so that they can be labelled by more than one rule. */
  readonly hasVotes?: boolean;
  open(directory: string, options: OpenOptions): Dataset | Promise<Dataset>;
}

/** Every data set that has a reader, and the two forms that take any other. */
export const DATASETS: readonly DatasetKind[] = [
  {
    id: 'ferg',
    title: 'FERG-DB',
    content: '55,768 renders of six stylized characters, seven expressions',
    licence: 'research only, not to be passed on',
    access: 'on request from its authors (Aneja et al. 2016)',
    layout: '<character>/<character>_<emotion>/*.png',
    open: (directory, { setting }) => readFerg(directory, setting),
  },
  {
    id: 'jaffe',
    title: 'JAFFE',
    content: '213 pictures of ten women, posed, seven expressions',
    licence: 'non-commercial research, not to be passed on',
    access: 'on request from its authors (Lyons et al. 1998), record 3451524 on Zenodo',
    layout: 'KA.AN1.39.tiff, KA-AN1.jpeg',
    open: (directory, { setting }) => readJaffe(directory, setting),
  },
  {
    id: 'ck-plus',
    title: 'CK+',
    content: '327 labelled sequences of 118 people, posed, from neutral to the peak; contempt is left out',
    licence: 'research only, not to be passed on',
    access: 'on request from its authors (Lucey et al. 2010)',
    layout: 'cohn-kanade-images/S005/001/*.png, Emotion/S005/001/*_emotion.txt',
    open: (directory, { setting }) => readCkPlus(directory, setting),
  },
  {
    id: 'fer2013',
    title: 'FER2013',
    content: '35,887 cropped faces of 48x48 from the web, no persons named, some labels wrong',
    licence: 'unclear: pictures from the web; given for research',
    access: "Kaggle's Challenges in Representation Learning (Goodfellow et al. 2013)",
    layout: 'fer2013.csv',
    open: (directory, { cacheDirectory, setting }) => readFer2013(directory, cacheDirectory, setting),
  },
  {
    id: 'fer-plus',
    title: 'FER+',
    content:
      "FER2013's 35,710 faces of 48x48 with ten raters' votes each; labels by majority, the others left out",
    licence: 'pictures: rights unclear, research use customary; labels: MIT',
    access: "github.com/microsoft/FERPlus (Barsoum et al. 2016), beside or joined with Kaggle's fer2013.csv",
    layout: 'FER2013Train, FER2013Valid, FER2013Test with label.csv each; or fer2013.csv and fer2013new.csv',
    hasVotes: true,
    open: readFerPlus,
  },
  {
    id: 'folder',
    title: 'class folders',
    content: 'your own',
    licence: 'yours to know',
    access: 'yours',
    layout: '<emotion>/* or <group>/<emotion>/*, also in train, validation and test',
    open: (directory, { setting }) => readFolder(directory, setting),
  },
  {
    id: 'mapping',
    title: 'any other, by a mapping file',
    content: 'your own',
    licence: 'yours to know',
    access: 'yours',
    layout: '--mapping FILE: {"name", "classes": {"happy": "joy"}, "path": "<group>/<class>"}',
    open: (directory, { mapping, setting }) => {
      if (!mapping) throw new RangeError('Expected a mapping file for mapping but received none');
      return readMapped(directory, mapping, setting);
    },
  },
];

/**
 * Finds a data set's reader.
 * @throws RangeError for an unknown id
 */
export function findDataset(id: string): DatasetKind {
  const kind = DATASETS.find((one) => one.id === id);
  if (kind) return kind;
  const known = DATASETS.map((one) => one.id).join(', ');
  throw new RangeError(`Expected one of ${known} for dataset but received ${id}`);
}
