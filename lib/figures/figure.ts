/** A vega-lite 5 specification. Kept opaque here: its full type would load hundreds of files into each notebook. */
export type ChartSpec = Readonly<Record<string, unknown>>;

/** A chart that is drawn from its data: interactive where vega-lite runs, a picture elsewhere. */
export interface ChartFigure {
  readonly kind: 'chart';
  /** What the figure shows, in one line: alternative text and plain-text form. */
  readonly title: string;
  readonly spec: ChartSpec;
}

/** A drawn picture. */
export interface PictureFigure {
  readonly kind: 'picture';
  /** What the figure shows, in one line: alternative text and plain-text form. */
  readonly title: string;
  /** A whole SVG document; images are embedded as data URIs. */
  readonly svg: string;
  /** Pixels at which it is meant to be seen; its PNG has twice as many. */
  readonly width: number;
  readonly height: number;
}

/** Whatever `show` and `saveFigure` take as a figure. */
export type Figure = ChartFigure | PictureFigure;

/** Tells whether a value is a {@link Figure}. */
export function isFigure(value: unknown): value is Figure {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return (value.kind === 'chart' && 'spec' in value) || (value.kind === 'picture' && 'svg' in value);
}
