import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { BLOCK_SIZE } from '../core/blocks';
import { startEngine } from '../engine/tensorflow';
import { ALPHA_BACKGROUND, MAX_IMAGE_PIXELS } from './decode';
import { DETECTOR_SETTINGS } from './detect';
import { CROPPED_SIDE, DETECTION_SIDE } from './prepare';
import { MAX_IMAGE_BYTES } from './read-image';

/** Changes when rows change for a reason that no other setting tells. */
const STORE_VERSION = 2;

/** Whatever changes a shard's rows beside its files: part of its name. */
export type ShardSettings = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Starts the engine and gathers everything but files and labels that a shard's rows depend on.
 * @param options.marginPx pixels by which the boxes grow on each side
 * @param options.cropped whether the images are cropped faces, which are enlarged; default false
 */
export async function gatherSettings({
  marginPx,
  cropped = false,
}: {
  readonly marginPx: number;
  readonly cropped?: boolean;
}): Promise<ShardSettings> {
  const { backend, tensorflow, device, oneDnn } = await startEngine();
  return {
    marginPx,
    storeVersion: STORE_VERSION,
    blockSize: BLOCK_SIZE,
    croppedSide: cropped ? CROPPED_SIDE : null,
    detectionSide: DETECTION_SIDE,
    maxImageBytes: MAX_IMAGE_BYTES,
    maxImagePixels: MAX_IMAGE_PIXELS,
    alphaBackground: ALPHA_BACKGROUND,
    ...DETECTOR_SETTINGS,
    backend,
    tensorflow: tensorflow ?? null,
    device,
    oneDnn,
    tfjs: tf.version_core,
    sharp: sharp.versions.sharp ?? null,
    vips: sharp.versions.vips,
  };
}
