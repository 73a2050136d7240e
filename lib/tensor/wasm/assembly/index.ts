export { adam } from './adam';
export { correlate, correlateTurned, filterGradient } from './convolution';
export { matMul } from './matrix';
export { normalize, normalizeGradient } from './normalization';
export { drawUniform, dropOut } from './philox';
export { maximumGradient } from './pooling';
export { sumRows } from './reduction';
