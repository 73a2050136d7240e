export { ACTION_UNITS, type ActionUnit, type ActionUnits, type SomeActionUnits } from './action-units';
export { BEARDS, HAIR_STYLES, type Beard, type Character, type Colour, type HairStyle } from './character';
export { CHARACTERS } from './characters';
export { generateCharacter } from './generate-character';
export {
  HEADER_FILE,
  MANIFEST_FILE,
  SAMPLE_VERSION,
  type ManifestEntry,
  type SampleHeader,
} from './manifest';
export {
  measureLandmarks,
  planSample,
  SAMPLE_SEED,
  toSampleSettings,
  type FrameSpec,
  type SampleSettings,
} from './plan';
export { readManifest, readSample, readTrueLandmarks } from './read-sample';
export { FRAME_SIZE, renderPng, renderSvg } from './render';
export type { Light, View } from './scene';
export type { Pose } from './space';
export { writeSample, type SampleOptions, type SampleSummary } from './write-sample';
