/** Font of all figures. DejaVu Sans is drawn from an npm package; a browser without it uses Verdana, which is similar. */
export const FONT_FAMILY = 'DejaVu Sans, Verdana, sans-serif';

/** Colours of all figures, which colour-blind readers can distinguish. Source: Okabe and Ito. */
export const COLORS = {
  ink: '#22272e',
  quiet: '#5c6570',
  line: '#b4bac2',
  grid: '#e7eaee',
  panel: '#f5f7f9',
  paper: '#ffffff',
  blue: '#0072b2',
  orange: '#d55e00',
  green: '#009e73',
  sky: '#56b4e9',
  yellow: '#e69f00',
  pink: '#cc79a7',
} as const;

/** Font sizes in pixels. */
export const FONT_SIZES = { title: 15, subtitle: 12, axisTitle: 12, label: 11.5, note: 10.5 } as const;

/** Colours of the three sides of a split, the same wherever they are drawn. */
export const SIDE_COLORS = { train: COLORS.blue, validation: COLORS.orange, test: COLORS.green } as const;

/** Colour of the eyes block and the mouth block wherever they are drawn. */
export const BLOCK_COLORS = { eyes: COLORS.sky, mouth: COLORS.orange } as const;
