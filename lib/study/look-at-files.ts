import path from 'node:path';
import { BLOCK_SIZE, type MissedFrame } from '../core/blocks';
import type { CutSettings } from '../faces/detector/cut-faces';
import { loadFaceDetector } from '../faces/detector/detect';
import { computeRows, isFaceRow } from '../faces/store/frame-rows';
import { countAssumed } from '../faces/detector/usual-landmarks';
import type { FaceView } from '../figures/attention-flow';

/** What was found in picture files, labelled or not. */
export interface FilesLookedAt {
  /** One view a picture with a face, in the files' order. */
  readonly faces: readonly FaceView[];
  /** The pictures without one, each with the reason. */
  readonly missed: readonly { readonly path: string; readonly kind: string; readonly reason: string }[];
  /** Cropped faces whose landmarks are assumed. */
  readonly assumed: number;
}

/**
 * Finds the face in each picture and cuts its two blocks, as preprocessing does, for looking at.
 * @param files paths, from the current folder or absolute
 */
export async function lookAtFiles(
  files: readonly string[],
  settings: Pick<CutSettings, 'marginPx' | 'cropped'>,
): Promise<FilesLookedAt> {
  const absolute = files.map((file) => path.resolve(file));
  // The pictures may lie anywhere: the user named each of them, so the whole disk is the data folder.
  const root = path.parse(process.cwd()).root;
  const detector = await loadFaceDetector();
  try {
    const frames = absolute.map((file) => ({ record: { path: path.relative(root, file) } }));
    const rows = await computeRows(frames, { ...settings, root, detector });
    const found = rows.filter(isFaceRow);
    const block = (data: Uint8Array) => ({ width: BLOCK_SIZE, height: BLOCK_SIZE, data });
    return {
      faces: found.map(({ record, landmarks, eyesBox, mouthBox, eyes, mouth }) => ({
        image: path.join(root, record.path),
        caption: path.basename(record.path),
        landmarks,
        eyesBox,
        mouthBox,
        eyes: block(eyes),
        mouth: block(mouth),
      })),
      missed: rows.flatMap((row) => (isFaceRow(row) ? [] : [describeMiss(root, row)])),
      assumed: countAssumed(found.map(({ detector: name }) => name)),
    };
  } finally {
    detector.dispose();
  }
}

/** Paths are told as from the disk's root: here the user reads them as from the current folder. */
function describeMiss(
  root: string,
  { record, kind, reason }: MissedFrame<{ readonly path: string }>,
): FilesLookedAt['missed'][number] {
  const file = path.relative('', path.join(root, record.path));
  return { path: file, kind, reason: reason.replace(record.path, file) };
}
