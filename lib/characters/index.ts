export { CHARACTERS } from './characters';
export { generateCharacter } from './generate-character';
export { readManifest, readSample, readTrueLandmarks } from './manifest';
export { planSample, toSampleSettings } from './plan-sample';
export { FRAME_SIZE, measureLandmarks, renderPng, renderSvg } from './render';
export { HEADER_FILE, writeSample, type SampleSummary } from './write-sample';
