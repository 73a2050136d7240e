import type { TopLevelSpec } from 'vega-lite';
import type { ChartFigure, ChartSpec } from './figure';
import { COLORS, VEGA_CONFIG } from './theme';

/**
 * Charts the loss of training steps on one batch. Where curves lie on each other, the later one is drawn as points on the
 * earlier one's line.
 * @param curves by name, one or two: losses before step 1, 2, ...
 * @throws RangeError for another number of curves, or for a curve without steps
 */
export function stepLossChart(
  curves: Readonly<Record<string, readonly number[]>>,
  { title = 'Loss of one batch before each step' }: { readonly title?: string } = {},
): ChartFigure {
  const names = Object.keys(curves);
  if (names.length < 1 || names.length > 2)
    throw new RangeError(`Expected 1 or 2 curves but received ${names.length}`);
  const empty = names.find((name) => curves[name].length === 0);
  if (empty !== undefined) throw new RangeError(`Expected at least 1 step for curve ${empty} but received 0`);
  const values = names.flatMap((curve) =>
    curves[curve].map((loss, index) => ({ curve, step: index + 1, loss })),
  );
  const tooltip = [
    { field: 'curve', title: 'Curve' },
    { field: 'step', title: 'Step' },
    { field: 'loss', title: 'Loss', format: '.4f' },
  ];
  const layerOf = (name: string, mark: object) => ({
    transform: [{ filter: { field: 'curve', equal: name } }],
    mark,
    encoding: { tooltip },
  });
  const marks = [
    { type: 'line', strokeWidth: 2 },
    { type: 'point', filled: true, size: 46, opacity: 1 },
  ];
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    title,
    width: 560,
    height: 240,
    data: { values },
    encoding: {
      x: {
        field: 'step',
        type: 'quantitative',
        scale: { nice: false },
        axis: { title: 'Step', format: 'd', tickMinStep: 1, grid: false },
      },
      y: {
        field: 'loss',
        type: 'quantitative',
        scale: { zero: true },
        axis: { title: 'Loss', tickCount: 5 },
      },
      color: {
        field: 'curve',
        type: 'nominal',
        scale: { domain: names, range: [COLORS.blue, COLORS.orange] },
        legend: { title: null, orient: 'top', direction: 'horizontal' },
      },
    },
    layer: names.map((name, index) => layerOf(name, marks[index])),
    config: VEGA_CONFIG as unknown as TopLevelSpec['config'],
  };
  return {
    kind: 'chart',
    title: `${title}: ${names.map((name) => describe(name, curves[name])).join('; ')}`,
    spec: spec as unknown as ChartSpec,
  };
}

function describe(name: string, losses: readonly number[]): string {
  return `${name} from ${losses[0].toFixed(3)} to ${losses[losses.length - 1].toFixed(3)} in ${losses.length} steps`;
}
