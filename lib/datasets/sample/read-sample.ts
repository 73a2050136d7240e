import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameRecord } from '../../core/record';
import { MANIFEST_FILE, parseManifest, type ManifestEntry } from './manifest';

/**
 * Reads the manifest of a sample: intensity, action units and landmarks of each frame.
 * @param directory folder that {@link writeSample} wrote
 * @throws RangeError when there is no manifest or a line of it is broken
 */
export async function readManifest(directory: string): Promise<ManifestEntry[]> {
  let text: string;
  try {
    text = await readFile(join(directory, MANIFEST_FILE), 'utf8');
  } catch (cause) {
    throw new RangeError(`Expected a sample with ${MANIFEST_FILE} for directory but received ${directory}`, {
      cause,
    });
  }
  return parseManifest(text);
}

/**
 * Reads which frames a sample has.
 * @param directory folder that {@link writeSample} wrote
 * @returns one record a frame, with clip and frame, in the manifest's order
 * @throws RangeError when there is no manifest or a line of it is broken
 */
export async function readSample(directory: string): Promise<FrameRecord[]> {
  const entries = await readManifest(directory);
  return entries.map(({ path, character, emotion, clip, frame }) => ({
    path,
    character,
    emotion,
    clip,
    frame,
  }));
}

/**
 * Reads where the landmarks truly are.
 * @param directory folder that {@link writeSample} wrote
 * @returns for each frame's path 136 numbers: x and y in pixels of 68 landmarks in iBUG's order
 * @throws RangeError when there is no manifest or a line of it is broken
 */
export async function readTrueLandmarks(directory: string): Promise<Map<string, Float32Array>> {
  const entries = await readManifest(directory);
  return new Map(entries.map(({ path, landmarks }) => [path, Float32Array.from(landmarks)]));
}
