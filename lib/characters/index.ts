export { CHARACTERS } from './characters';
export { generateCharacter } from './generate-character';
export { readManifest, readSample } from './manifest';
export { planSample } from './plan-sample';
export { FRAME_SIZE, measureLandmarks, renderPng, renderSvg } from './render';
export { HEADER_FILE, writeSample } from './write-sample';
