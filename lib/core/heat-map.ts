/** Standard deviations beyond which a Gaussian is set to 0; it is below 0.0004 there. */
const REACH = 4;

/**
 * Draws a Gaussian around each point: 1 at the point, 0 beyond four standard deviations along an axis. Where Gaussians
 * overlap, the map has their maximum.
 * @param points [m, 2] as x and y in pixels; pixel centres lie at .5
 * @param options.sizePx side of the map in pixels
 * @param options.sigmaPx standard deviation in pixels, above 0
 * @returns [size, size] row by row, 0 to 1; all 0 without points
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

/** Writes a one-dimensional Gaussian around `at`; returns the first pixel written and the one after the last. */
function drawBell(target: Float32Array, at: number, sigmaPx: number): [number, number] {
  const first = Math.max(0, Math.floor(at - REACH * sigmaPx));
  const end = Math.min(target.length, Math.ceil(at + REACH * sigmaPx));
  for (let pixel = first; pixel < end; pixel++)
    target[pixel] = Math.exp(-((pixel + 0.5 - at) ** 2) / (2 * sigmaPx ** 2));
  return [first, end];
}
