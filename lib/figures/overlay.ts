import type { RasterImage } from './images';

/** Colour that marks, red, green and blue: the theme's orange. */
const MARKED = [213, 94, 0] as const;

/** Share of the colour where a map is highest. */
const STRENGTH = 0.85;

/**
 * Lays a map over a grey picture: the higher, the more of a colour.
 * @param picture grey levels, [size, size]
 * @param map 0 to 255, [size, size]
 * @throws RangeError when the two are not squares of one size
 */
export function overlayMap(picture: Uint8Array, map: Uint8Array): RasterImage {
  const size = Math.sqrt(picture.length);
  if (picture.length !== map.length || !Number.isInteger(size))
    throw new RangeError(
      `Expected a square map of ${picture.length} values for map but received ${map.length}`,
    );
  const data = new Uint8Array(3 * picture.length);
  picture.forEach((level, at) => {
    const share = (STRENGTH * map[at]) / 255;
    MARKED.forEach((color, channel) => {
      data[3 * at + channel] = Math.round((1 - share) * level + share * color);
    });
  });
  return { width: size, height: size, data };
}
