import { formatPercent } from '../core/metrics';
import type { EpochRecord } from '../model/training/history';
import { colorBy, layer, makeChart, nominal, plot, POINTS, quantitative } from './chart';
import type { ChartFigure } from './figure';
import { COLORS, SIDE_COLORS } from './theme';

type History = readonly Omit<EpochRecord, 'seconds'>[];

interface LearningChartOptions {
  /** The model's name, default TerGat. */
  readonly model?: string;
  /** Number of epochs on the axis, default the last measured one. A live chart with it keeps its axis. */
  readonly epochs?: number;
}

const ACCURACY = {
  name: 'Accuracy',
  tooltipFormat: '.1%',
  axisFormat: '~%',
  format: (share: number) => formatPercent(share),
  axisRange: (values: readonly number[]) => [Math.floor(10 * Math.min(0.9, ...values)) / 10, 1],
} as const;

const LOSS = {
  name: 'Loss',
  tooltipFormat: '.4f',
  axisFormat: '~g',
  format: (loss: number) => loss.toFixed(4),
  axisRange: (values: readonly number[]) => [0, Math.max(0.1, ...values)],
} as const;

const SIDES = ['train', 'validation'] as const;

/** Charts training and validation accuracy by epoch. Source: the original's accuracy figure. */
export function accuracyChart(history: History, options?: LearningChartOptions): ChartFigure {
  return learningChart(history, ACCURACY, options);
}

/** Charts training and validation loss by epoch. Source: the original's loss figure, which shows means of batch means. */
export function lossChart(history: History, options?: LearningChartOptions): ChartFigure {
  return learningChart(history, LOSS, options);
}

function learningChart(
  history: History,
  { name, tooltipFormat, axisFormat, format, axisRange }: typeof ACCURACY | typeof LOSS,
  { model = 'TerGat', epochs = 0 }: LearningChartOptions = {},
): ChartFigure {
  const values = history.flatMap((scores) =>
    SIDES.map((side) => ({ epoch: scores.epoch, side, value: scores[`${side}${name}`] })),
  );
  const lastEpoch = Math.max(2, epochs, ...values.map(({ epoch }) => epoch));
  const text = `${model}: ${name.toLowerCase()} after each epoch`;
  const told = values.slice(-2).map(({ side, value }) => `${side} ${format(value)}`);
  const measured =
    told.length > 0 ? `after epoch ${history.at(-1)!.epoch}: ${told.join(', ')}` : 'nothing measured yet';
  // The shape repeats the colour's meaning, for readers who do not see colours.
  const shape = nominal('side', { scale: { domain: SIDES, range: ['circle', 'square'] } });
  const points = layer('point', { ...POINTS, size: 42 }, { shape });
  const curves = {
    layer: [layer('line', { strokeWidth: 2, clip: false }), points],
    encoding: {
      y: quantitative('value', {
        scale: { domain: axisRange(values.map(({ value }) => value)), nice: true },
        axis: { title: name, format: axisFormat, tickCount: 6 },
      }),
      color: colorBy('side', SIDES, [SIDE_COLORS.train, SIDE_COLORS.validation]),
    },
  };
  // A rule at the epoch nearest to the pointer, whose tooltip has both values.
  const select = { type: 'point', fields: ['epoch'], nearest: true, on: 'pointerover' };
  const rule = {
    transform: [{ pivot: 'side', value: 'value', groupby: ['epoch'] }],
    params: [{ name: 'nearest', select }],
    mark: { type: 'rule', color: COLORS.line, strokeWidth: 1 },
    encoding: {
      opacity: { condition: { param: 'nearest', empty: false, value: 1 }, value: 0 },
      tooltip: [
        quantitative('epoch', { title: 'Epoch' }),
        quantitative('train', { title: 'Train', format: tooltipFormat }),
        quantitative('validation', { title: 'Validation', format: tooltipFormat }),
      ],
    },
  };
  const axis = { title: 'Epoch', format: 'd', values: epochTicks(lastEpoch), grid: false };
  const x = quantitative('epoch', { scale: { domain: [1, lastEpoch], nice: false, zero: false }, axis });
  return makeChart(`${text}; ${measured}`, {
    title: { text },
    ...plot(560, 300, values),
    encoding: { x },
    layer: [curves, rule],
  });
}

/** Lists whole numbers, at most 15 after the first. */
function epochTicks(lastEpoch: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200].find((width) => lastEpoch / width <= 15) ?? 500;
  const rounded = Array.from({ length: Math.floor(lastEpoch / step) }, (_, index) => (index + 1) * step);
  return step === 1 ? rounded : [1, ...rounded];
}

/**
 * Charts the loss of training steps on one batch. The first curve is a line, the second one is points, so that both are
 * visible where they are equal.
 * @param curves losses before step 1, 2, ... by name, one or two curves
 * @throws RangeError for another number of curves, or for a curve without steps
 */
export function stepLossChart(
  curves: Readonly<Record<string, readonly number[]>>,
  { title = 'Loss of one batch before each step' }: { readonly title?: string } = {},
): ChartFigure {
  const names = Object.keys(curves);
  if (names.length < 1 || names.length > 2)
    throw new RangeError(`Expected 1 or 2 curves but received ${names.length}`);
  const told = names.map((name) => {
    const [steps, first, last] = [curves[name].length, curves[name][0], curves[name].at(-1)];
    if (last === undefined) throw new RangeError(`Expected at least 1 step for curve ${name} but received 0`);
    return `${name} from ${first.toFixed(3)} to ${last.toFixed(3)} in ${steps} steps`;
  });
  const values = names.flatMap((curve) => curves[curve].map((loss, at) => ({ curve, step: at + 1, loss })));
  const tooltip = [
    { field: 'curve', title: 'Curve' },
    { field: 'step', title: 'Step' },
    { field: 'loss', title: 'Loss', format: '.4f' },
  ];
  const line = layer('line', { strokeWidth: 2 }, { tooltip });
  const dots = layer('point', { ...POINTS, size: 46 }, { tooltip });
  const axis = { title: 'Step', format: 'd', tickMinStep: 1, grid: false };
  return makeChart(`${title}: ${told.join('; ')}`, {
    title,
    ...plot(560, 240, values),
    encoding: {
      x: quantitative('step', { scale: { nice: false }, axis }),
      y: quantitative('loss', { scale: { zero: true }, axis: { title: 'Loss', tickCount: 5 } }),
      color: colorBy('curve', names, [COLORS.blue, COLORS.orange]),
    },
    layer: names.map((equal, index) => {
      return { transform: [{ filter: { field: 'curve', equal } }], ...[line, dots][index] };
    }),
  });
}
