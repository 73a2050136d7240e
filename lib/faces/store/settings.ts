import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { BLOCK_SIZE } from '../../core/blocks';
import { MARGIN_FACE_PX } from '../../core/landmarks';
import { startEngine } from '../../tensor/backend';
import type { CutSettings } from '../detector/cut-faces';
import { ALPHA_BACKGROUND, MAX_IMAGE_PIXELS } from '../picture/decode';
import { CROPPED_BATCH, DETECTOR_SETTINGS } from '../detector/detect';
import { CROPPED_SIDE } from '../detector/face-finder';
import { DETECTION_COPY } from '../detector/fit';
import { MAX_IMAGE_BYTES } from '../picture/read-file';

/** Increment when the rows change for a reason that no other setting tells. */
const STORE_VERSION = 3;

/** Whatever changes a shard's rows beside its files: part of its name. */
export type ShardSettings = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Starts the engine and gathers everything but files and labels that a shard's rows depend on.
 */
export async function gatherSettings({
  marginPx,
  fixedMargin = false,
  cropped = false,
  wholeFace = false,
}: CutSettings): Promise<ShardSettings> {
  const { backend, tensorflow, device, oneDnn } = await startEngine();
  return {
    marginPx,
    storeVersion: STORE_VERSION,
    blockSize: BLOCK_SIZE,
    croppedSide: cropped ? CROPPED_SIDE : null,
    croppedBatch: cropped ? CROPPED_BATCH : null,
    marginFacePx: fixedMargin ? null : MARGIN_FACE_PX,
    wholeFace,
    detectionSide: DETECTION_COPY.side,
    detectionArea: DETECTION_COPY.area,
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
