/** Why an image gives no pixels. Each is expected in a large folder, so it is data and not an exception. */
export type BadImageKind =
  | 'missing-file'
  | 'outside-data-folder'
  | 'not-a-file'
  | 'unreadable-file'
  | 'changed-while-reading'
  | 'empty-file'
  | 'too-large'
  | 'not-an-image'
  | 'unsupported-format'
  | 'truncated'
  | 'undecodable';

/** An image that gives no pixels. */
export interface BadImage {
  readonly kind: BadImageKind;
  /** One sentence: what was expected for which file and what was found. */
  readonly reason: string;
}

/** Tells whether reading or decoding gave a reason in place of its result. */
export function isBadImage(result: object): result is BadImage {
  return 'kind' in result && 'reason' in result;
}
