// The package for other projects; scripts/pack.mjs builds it.
import { toPlain } from '../predict/format';
import { type PlainPicture, loadPicturePredictor } from '../predict/predictor';
import { type EngineInfo, startEngine } from '../tensor/backend';
import { type Picture, readPicture } from './picture';

export { EMOTIONS, type Emotion } from '../core/emotions';
export type { Box } from '../core/geometry';
export type { BadImageKind } from '../faces/picture/decode';
export type { PlainFace as FacePrediction, PlainPicture as PicturePrediction } from '../predict/predictor';
export type { Backend, EngineInfo } from '../tensor/backend';
export { type Picture, type PicturePixels, UnreadPictureError } from './picture';

/** Settings of a predictor. */
export interface PredictorOptions {
  /** Path of a model file from the current folder, or `face-api` for that package's own; default the package's model. */
  readonly model?: string;
  /** An answer with a lower probability is `unsure`; 0 to 1, default 0.5. */
  readonly abstainBelow?: number;
  /** Whether each picture is a cropped face, in which no face is detected; default false. */
  readonly cropped?: boolean;
}

/** Finds the faces of pictures and names their expressions. */
export interface Predictor {
  /** The backend in use, and why it is not a faster one. */
  readonly engine: EngineInfo;
  /**
   * Answers about one picture, independently of other pictures.
   * @param name of the picture in the result and in errors, default its path or `picture`
   * @throws UnreadPictureError for a picture that cannot be read; TypeError or RangeError for pixels that do not fit; Error
   *   after {@link dispose}
   */
  predict(picture: Picture, name?: string): Promise<PlainPicture>;
  /** Frees all weights after the last pending answer. A second call has no effect. */
  dispose(): Promise<void>;
}

/**
 * Loads detectors and model on the fastest engine: native TensorFlow if it is set up, otherwise WebAssembly. The environment
 * variable `ENGINE` selects one: `tensorflow`, `wasm` or `cpu`.
 * @returns the caller disposes it
 * @throws RangeError for a threshold out of range or a model that cannot be read; Error when `ENGINE`'s does not run
 */
export async function loadPredictor(options: PredictorOptions = {}): Promise<Predictor> {
  const predictor = await loadPicturePredictor(options);
  const pending = new Set<Promise<unknown>>();
  let disposed: Promise<void> | undefined;
  return {
    engine: await startEngine(),
    async predict(picture, name = typeof picture === 'string' ? picture : 'picture') {
      if (disposed)
        throw new Error(`Expected a predictor in use for ${name} but it is disposed: load another`);
      const answer = readPicture(picture, name).then((image) => predictor.predict(image, name));
      pending.add(answer);
      return toPlain(await answer.finally(() => pending.delete(answer)));
    },
    dispose: () => (disposed ??= Promise.allSettled(pending).then(() => predictor.dispose())),
  };
}
