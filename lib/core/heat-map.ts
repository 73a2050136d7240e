/** Standard deviations beyond which a Gaussian, there below 0.0004, is taken for 0. */
const REACH = 4;

/**
 * Draws a Gaussian around each point: 1 at a point, 0 farther than four standard deviations along an axis, and where
 * several reach, the greatest of them.
 * @param points [m, 2] as x and y in pixels, pixel centres at .5
 * @param options.sizePx side of the map
 * @param options.sigmaPx standard deviation of the Gaussian, above 0
 * @returns [size, size] row by row, 0 to 1; all 0 for no point
 */
export function drawHeatMap(
  points: Float32Array,
  { sizePx, sigmaPx }: { readonly sizePx: number; readonly sigmaPx: number },
): Float32Array {
  const map = new Float32Array(sizePx * sizePx);
  const [across, down] = [new Float32Array(sizePx), new Float32Array(sizePx)];
  for (let point = 0; point < points.length; point += 2) {
    const [left, right] = drawBell(across, points[point], sigmaPx);
    const [top, bottom] = drawBell(down, points[point + 1], sigmaPx);
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        const height = down[row] * across[column];
        if (height > map[row * sizePx + column]) map[row * sizePx + column] = height;
      }
    }
  }
  return map;
}

/** Writes a Gaussian of one dimension where it reaches. @returns first pixel of its reach, and the one after the last */
function drawBell(target: Float32Array, at: number, sigmaPx: number): [number, number] {
  const first = Math.max(0, Math.floor(at - REACH * sigmaPx));
  const end = Math.min(target.length, Math.ceil(at + REACH * sigmaPx));
  for (let pixel = first; pixel < end; pixel++)
    target[pixel] = Math.exp(-((pixel + 0.5 - at) ** 2) / (2 * sigmaPx ** 2));
  return [first, end];
}
