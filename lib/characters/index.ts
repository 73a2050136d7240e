export { CHARACTERS } from './characters';
export { generateCharacter } from './generate-character';
export { planSample } from './plan-sample';
export { FRAME_SIZE, measureLandmarks, renderPng, renderSvg } from './render';
export { HEADER_FILE, readManifest, readSample, writeSample } from './sample-files';
