import { unexpected } from './errors';

/** The seven expressions in the order of their label ids, 0 to 6. Source: the original's numbering of FERG-DB. */
export const EMOTIONS = ['anger', 'disgust', 'fear', 'joy', 'neutral', 'sadness', 'surprise'] as const;

/** Name of one of the seven expressions. */
export type Emotion = (typeof EMOTIONS)[number];

/** The seven expressions in the order of FER2013's label ids, 0 to 6. */
export const FER2013_EMOTIONS: readonly Emotion[] = [
  'anger',
  'disgust',
  'fear',
  'joy',
  'sadness',
  'surprise',
  'neutral',
];

/** Data sets whose numbering of the classes is known. */
export const NUMBERINGS = ['fer2013'] as const;

/** One of {@link NUMBERINGS}. */
export type Numbering = (typeof NUMBERINGS)[number];

/** Returns whether `name` is the name of one of the seven expressions. */
export function isEmotion(name: string): name is Emotion {
  return (EMOTIONS as readonly string[]).includes(name);
}

/**
 * Returns an expression's label id.
 * @param emotion one of {@link EMOTIONS}
 * @returns integer, 0 to 6
 * @throws RangeError for any other name
 */
export function emotionId(emotion: string): number {
  const id = (EMOTIONS as readonly string[]).indexOf(emotion);
  if (id < 0) throw unexpected(`one of ${EMOTIONS.join(', ')}`, 'emotion', emotion);
  return id;
}
