import fs from 'node:fs/promises';
import path from 'node:path';
import { CHARACTERS, planSample, renderPng, renderSvg } from '../characters';
import { homePath, projectRoot } from '../files/project';
import { DEFAULT_MODEL, readModelFile } from '../predict/classifier';

/** The files of face-api's networks that the page loads. */
const FACE_FILES = /^(tiny_face_detector|face_landmark_68)_model[-.]/;

/**
 * Builds the page from the project's own files: bundle, networks, model and sample. Nothing is downloaded.
 * @param model path of the model file; default the project's own
 * @returns the page's folder
 * @throws RangeError when the model file is missing; Error when the bundler is missing (it is a development dependency) or
 *   the page does not compile
 */
export async function buildDemo(model?: string): Promise<string> {
  const weights = await readModelFile(model ?? path.join(projectRoot(), DEFAULT_MODEL));
  const folder = homePath('data', 'cache', 'demo');
  await fs.rm(folder, { recursive: true, force: true });
  await fs.mkdir(folder, { recursive: true });
  const { build } = await import('esbuild');
  await Promise.all([
    build({
      entryPoints: [path.join(projectRoot(), 'web', 'main.ts')],
      outfile: path.join(folder, 'main.js'),
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      legalComments: 'linked',
      logLevel: 'error',
    }),
    copyFiles(path.join(projectRoot(), 'web'), folder, /\.(html|css|svg)$/),
    copyFiles(packageFolder('@vladmandic/face-api', 'model'), path.join(folder, 'faces'), FACE_FILES),
    copyFiles(packageFolder('@tensorflow/tfjs-backend-wasm', 'dist'), path.join(folder, 'wasm'), /\.wasm$/),
    fs.writeFile(path.join(folder, 'model.safetensors'), weights),
    drawSample(path.join(folder, 'sample')),
  ]);
  return folder;
}

function packageFolder(name: string, folder: string): string {
  return path.join(path.dirname(require.resolve(`${name}/package.json`)), folder);
}

async function copyFiles(from: string, to: string, names: RegExp): Promise<void> {
  await fs.mkdir(to, { recursive: true });
  const chosen = (await fs.readdir(from)).filter((name) => names.test(name));
  await Promise.all(chosen.map((name) => fs.copyFile(path.join(from, name), path.join(to, name))));
}

/** Draws one clip of each expression of the sample's first character. */
async function drawSample(folder: string): Promise<void> {
  await fs.mkdir(folder, { recursive: true });
  const characters = CHARACTERS.slice(0, 1);
  const frames = planSample({ characters, clipsPerCell: 1, framesPerClip: 6 });
  const names = frames.map(({ emotion, frame }) => `${emotion}-${frame}.png`);
  for (const [index, { view }] of frames.entries())
    await fs.writeFile(path.join(folder, names[index]), await renderPng(renderSvg(view)));
  await fs.writeFile(path.join(folder, 'frames.json'), JSON.stringify(names));
}
