// What the package gives to other projects; scripts/pack.mjs makes it.
export { EMOTIONS, type Emotion } from '../core/emotions';
export type { Box } from '../core/geometry';
export type { Backend, EngineInfo } from '../tensor/backend';
export type { BadImageKind } from '../faces/picture/decode';
export type { PlainFace as FacePrediction, PlainPicture as PicturePrediction } from '../predict/plain';
export { type Picture, type PicturePixels, UnreadPictureError } from './picture';
export { loadPredictor, type Predictor, type PredictorOptions } from './predictor';
