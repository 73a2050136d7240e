import type { TopLevelSpec } from 'vega-lite';
import type { Field } from 'vega-lite/build/src/channeldef';
import type { LayerSpec, UnitSpec } from 'vega-lite/build/src/spec';
import type { ChartFigure, ChartSpec } from './figure';
import { COLORS, SIDE_COLORS, VEGA_CONFIG } from './theme';

/** What training measures after each epoch. */
export interface EpochScores {
  /** From 1. */
  readonly epoch: number;
  /** Mean loss over the training samples. */
  readonly trainLoss: number;
  readonly validationLoss: number;
  /** 0 to 1. */
  readonly trainAccuracy: number;
  /** 0 to 1. */
  readonly validationAccuracy: number;
}

/** How a learning curve is labelled. */
export interface LearningChartOptions {
  /** The model's name, default TerGat. */
  readonly model?: string;
  /** Epochs that the axis shows, default the last one measured: a live chart does not jump when it is given. */
  readonly epochs?: number;
  /** One line below the title, such as the data set and split. */
  readonly subtitle?: string;
}

/**
 * Charts accuracy against epoch, training and validation.
 * @param history one entry an epoch
 * Source: the original's accuracy figure.
 */
export function accuracyChart(
  history: readonly EpochScores[],
  options: LearningChartOptions = {},
): ChartFigure {
  return learningChart(history, options, {
    measure: 'Accuracy',
    format: '.1%',
    axisFormat: '~%',
    domain: (values) => [Math.floor(10 * Math.min(0.9, ...values)) / 10, 1],
    train: (scores) => scores.trainAccuracy,
    validation: (scores) => scores.validationAccuracy,
  });
}

/**
 * Charts the loss against epoch, training and validation. It is the mean over samples, where the original took the
 * mean of batch means.
 * @param history one entry an epoch
 * Source: the original's loss figure.
 */
export function lossChart(history: readonly EpochScores[], options: LearningChartOptions = {}): ChartFigure {
  return learningChart(history, options, {
    measure: 'Loss',
    format: '.4f',
    axisFormat: '~g',
    domain: (values) => [0, Math.max(0.1, ...values)],
    train: (scores) => scores.trainLoss,
    validation: (scores) => scores.validationLoss,
  });
}

interface Measure {
  readonly measure: string;
  readonly format: string;
  readonly axisFormat: string;
  /** What the value axis covers. */
  readonly domain: (values: readonly number[]) => [number, number];
  readonly train: (scores: EpochScores) => number;
  readonly validation: (scores: EpochScores) => number;
}

function learningChart(
  history: readonly EpochScores[],
  { model = 'TerGat', epochs, subtitle = '' }: LearningChartOptions,
  measure: Measure,
): ChartFigure {
  const values = history.flatMap((scores) => [
    { epoch: scores.epoch, side: 'train', value: measure.train(scores) },
    { epoch: scores.epoch, side: 'validation', value: measure.validation(scores) },
  ]);
  const lastEpoch = Math.max(2, epochs ?? 0, ...history.map((scores) => scores.epoch));
  const text = `${model}: ${measure.measure.toLowerCase()} after each epoch`;
  const spec: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    title: subtitle ? { text, subtitle } : { text },
    width: 560,
    height: 300,
    data: { values },
    encoding: { x: epochAxis(lastEpoch) },
    layer: [
      curveLayer(
        measure,
        values.map(({ value }) => value),
      ),
      tooltipLayer(measure),
    ],
    config: VEGA_CONFIG as unknown as TopLevelSpec['config'],
  };
  return { kind: 'chart', title: describe(text, history, measure), spec: spec as unknown as ChartSpec };
}

/** Epochs are whole numbers: ticks stand at no halves, whether there are two epochs or fifty. */
function epochAxis(lastEpoch: number): NonNullable<NonNullable<UnitSpec<Field>['encoding']>['x']> {
  return {
    field: 'epoch',
    type: 'quantitative',
    scale: { domain: [1, lastEpoch], nice: false, zero: false },
    axis: { title: 'Epoch', format: 'd', values: epochTicks(lastEpoch), grid: false },
  };
}

function epochTicks(lastEpoch: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200].find((width) => lastEpoch / width <= 15) ?? 500;
  const rounded = Array.from({ length: Math.floor(lastEpoch / step) }, (_, index) => (index + 1) * step);
  return step === 1 ? rounded : [1, ...rounded];
}

function curveLayer({ measure, axisFormat, domain }: Measure, values: readonly number[]): LayerSpec<Field> {
  const sides = ['train', 'validation'];
  const shape = {
    field: 'side',
    type: 'nominal',
    scale: { domain: sides, range: ['circle', 'square'] },
  } as const;
  return {
    // The points' form repeats what the colour says, for readers who do not see it.
    layer: [
      { mark: { type: 'line', strokeWidth: 2, clip: false } },
      { mark: { type: 'point', filled: true, size: 42, opacity: 1 }, encoding: { shape } },
    ],
    encoding: {
      y: {
        field: 'value',
        type: 'quantitative',
        scale: { domain: domain(values), nice: true },
        axis: { title: measure, format: axisFormat, tickCount: 6 },
      },
      color: {
        field: 'side',
        type: 'nominal',
        scale: { domain: sides, range: [SIDE_COLORS.train, SIDE_COLORS.validation] },
        legend: { title: null, orient: 'top', direction: 'horizontal' },
      },
    },
  };
}

/** A rule at the epoch nearest to the pointer that tells both values. */
function tooltipLayer({ format }: Measure): UnitSpec<Field> {
  return {
    transform: [{ pivot: 'side', value: 'value', groupby: ['epoch'] }],
    mark: { type: 'rule', color: COLORS.line, strokeWidth: 1 },
    params: [
      { name: 'nearest', select: { type: 'point', fields: ['epoch'], nearest: true, on: 'pointerover' } },
    ],
    encoding: {
      opacity: { condition: { param: 'nearest', empty: false, value: 1 }, value: 0 },
      tooltip: [
        { field: 'epoch', type: 'quantitative', title: 'Epoch' },
        { field: 'train', type: 'quantitative', title: 'Train', format },
        { field: 'validation', type: 'quantitative', title: 'Validation', format },
      ],
    },
  };
}

function describe(text: string, history: readonly EpochScores[], measure: Measure): string {
  const last = history.at(-1);
  if (!last) return `${text}; nothing measured yet`;
  const digits = measure.measure === 'Accuracy' ? toPercent : (value: number) => value.toFixed(4);
  return `${text}; after epoch ${last.epoch}: train ${digits(measure.train(last))}, validation ${digits(measure.validation(last))}`;
}

function toPercent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
