import { type EngineInfo, startEngine } from '../tensor/backend';
import { toPlain } from '../predict/format';
import type { PlainPicture } from '../predict/plain';
import { loadPredictor as loadOwnPredictor } from '../predict/predictor';
import { type Picture, readPicture } from './picture';

/** How expressions are named. */
export interface PredictorOptions {
  /** Path of a model file from the current folder, or `face-api` for that package's own; default the model that comes along. */
  readonly model?: string;
  /** The probability below which an answer is `unsure`, 0 to 1, default 0.5. */
  readonly abstainBelow?: number;
  /** Whether each picture is a cropped face, which no detector has to find; default false. */
  readonly cropped?: boolean;
}

/** Finds the faces of pictures and names their expressions. */
export interface Predictor {
  /** What computes, and why nothing faster does. */
  readonly engine: EngineInfo;
  /**
   * Looks at one picture. Answers do not depend on which others are asked for.
   * @param picture a file's path, its bytes, or pixels
   * @param name what it is called in the result and in errors; default its path, or `picture`
   * @throws UnreadPictureError when it cannot be read; TypeError or RangeError for pixels that do not fit; Error after
   *   {@link dispose}
   */
  predict(picture: Picture, name?: string): Promise<PlainPicture>;
  /** Frees all weights once the pictures that were asked for are answered. A second call does nothing more. */
  dispose(): Promise<void>;
}

/**
 * Loads detectors and model on the fastest engine: native TensorFlow where it was set up, else WebAssembly. The environment
 * variable `ENGINE` asks for one: `tensorflow`, `wasm` or `cpu`.
 * @returns the caller disposes it
 * @throws RangeError for a threshold out of range or a model that cannot be read; Error when `ENGINE`'s does not run
 */
export async function loadPredictor(options: PredictorOptions = {}): Promise<Predictor> {
  const predictor = await loadOwnPredictor(options);
  const running = new Set<Promise<unknown>>();
  let disposed: Promise<void> | undefined;
  const look = async (picture: Picture, name: string) =>
    toPlain(await predictor.predict(await readPicture(picture, name), name));
  return {
    engine: await startEngine(),
    async predict(picture, name = typeof picture === 'string' ? picture : 'picture') {
      if (disposed)
        throw new Error(`Expected a predictor in use for ${name} but it is disposed: load another`);
      const answer = look(picture, name);
      running.add(answer);
      return answer.finally(() => running.delete(answer));
    },
    dispose: () => (disposed ??= Promise.allSettled(running).then(() => predictor.dispose())),
  };
}
