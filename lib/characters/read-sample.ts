import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameRecord } from '../core/record';
import { MANIFEST_FILE, parseManifest, type ManifestEntry } from './manifest';

/**
 * Reads a sample's manifest: intensity, action units and landmarks of each frame.
 * @param directory folder of a sample from {@link writeSample}
 * @throws RangeError when the manifest is missing or has an invalid line
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
 * Reads a sample's records.
 * @param directory folder of a sample from {@link writeSample}
 * @returns one record per frame, with clip and frame, in the manifest's order
 * @throws RangeError when the manifest is missing or has an invalid line
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
 * Reads a sample's true landmarks.
 * @param directory folder of a sample from {@link writeSample}
 * @returns 136 numbers for each frame's path: x and y in pixels of 68 landmarks in iBUG's order
 * @throws RangeError when the manifest is missing or has an invalid line
 */
export async function readTrueLandmarks(directory: string): Promise<Map<string, Float32Array>> {
  const entries = await readManifest(directory);
  return new Map(entries.map(({ path, landmarks }) => [path, Float32Array.from(landmarks)]));
}
