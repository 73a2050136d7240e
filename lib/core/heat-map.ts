/**
 * Draws a Gaussian around each point: 1 at a point, and where several reach, the greatest of them.
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
  const bell = (at: number) =>
    Float32Array.from({ length: sizePx }, (_, pixel) =>
      Math.exp(-((pixel + 0.5 - at) ** 2) / (2 * sigmaPx ** 2)),
    );
  for (let point = 0; point < points.length; point += 2) {
    const [across, down] = [bell(points[point]), bell(points[point + 1])];
    for (let row = 0, at = 0; row < sizePx; row++) {
      for (let column = 0; column < sizePx; column++, at++) {
        const height = down[row] * across[column];
        if (height > map[at]) map[at] = height;
      }
    }
  }
  return map;
}
