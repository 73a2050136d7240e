import { openImage, type ImageSource } from './images';

/**
 * Makes a small picture for a chart's data, such as a face beside others.
 * @param sidePx its width and height in pixels; the image is stretched to fill it, so that a
 *   share of its width or height is where it was
 * @returns a data URL of a JPEG, a few kilobytes
 */
export async function toThumbnail(image: ImageSource, sidePx: number): Promise<string> {
  const jpeg = await openImage(image)
    .flatten({ background: '#ffffff' })
    .resize(sidePx, sidePx, { fit: 'fill' })
    .jpeg({ quality: 70, mozjpeg: true })
    .toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}

/**
 * Puts a block into a chart's data, each of its pixels a sharp square.
 * @param times how many pixels wide a square is
 * @returns a data URL of a PNG
 */
export async function toPixelPicture(
  block: ImageSource & { width: number; height: number },
  times: number,
): Promise<string> {
  const png = await openImage(block)
    .resize(block.width * times, block.height * times, { kernel: 'nearest' })
    .png({ compressionLevel: 9, palette: true })
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
