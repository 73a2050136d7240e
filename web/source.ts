import type { RgbImage } from '../lib/core/image';

/** Maximum length of an analysed picture's longer side in pixels. */
const LONGEST_SIDE = 640;

/** A source of pictures. */
export interface PictureSource {
  readonly kind: 'camera' | 'sample' | 'picture';
  /** Whether new pictures follow. */
  readonly isMoving: boolean;
  /** The current picture. */
  readonly image: CanvasImageSource;
  readonly width: number;
  readonly height: number;
  /** Draws the current picture; a camera does so by itself. */
  advance(): void;
  /** Frees camera and memory. */
  close(): void;
}

/** Reads pixels of a source. */
export interface Grabber {
  /** Reads the current picture, its longer side at most `side` pixels. */
  grab(source: PictureSource, side?: number): RgbImage;
}

/**
 * Opens the camera.
 * @throws Error with the reason, as a sentence for users
 */
export async function openCamera(): Promise<PictureSource> {
  // Undefined on addresses that browsers do not trust, whatever the types say.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new Error('No camera: browsers give it to pages of this machine or over HTTPS only.');
  const wanted = {
    video: { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: 'user' },
    audio: false,
  };
  const stream = await devices.getUserMedia(wanted).catch((error: DOMException) => {
    throw new Error(whyNoCamera(error), { cause: error });
  });
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  const tracks = stream.getTracks();
  await video.play().catch((error: unknown) => {
    tracks.forEach((track) => track.stop());
    throw error;
  });
  return {
    kind: 'camera',
    isMoving: true,
    image: video,
    width: video.videoWidth,
    height: video.videoHeight,
    advance: () => {
      if (tracks.every((track) => track.readyState === 'ended'))
        throw new Error('The camera was taken away.');
    },
    close: () => tracks.forEach((track) => track.stop()),
  };
}

function whyNoCamera({ name, message }: DOMException): string {
  if (name === 'NotFoundError') return 'No camera was found. A picture or the drawn sample works without.';
  if (name === 'NotAllowedError')
    return 'The camera was not allowed. A picture or the drawn sample works without.';
  if (name === 'NotReadableError') return 'The camera is in use by another program.';
  return `No camera: ${message}`;
}

/**
 * Opens a picture file.
 * @throws Error when the browser cannot decode it
 */
export async function openPicture(file: Blob): Promise<PictureSource> {
  const image = await createImageBitmap(file).catch(() => {
    throw new Error('This file is no picture that the browser can read.');
  });
  return {
    kind: 'picture',
    isMoving: false,
    image,
    width: image.width,
    height: image.height,
    advance: () => undefined,
    close: () => image.close(),
  };
}

/** Opens the drawn sample: clips of each expression, one after the other. */
export async function openSample(folder: string): Promise<PictureSource> {
  const names = (await (await fetch(`${folder}/frames.json`)).json()) as string[];
  const load = async (name: string) => createImageBitmap(await (await fetch(`${folder}/${name}`)).blob());
  const images = await Promise.all(names.map(load));
  const [{ width, height }] = images;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  const started = performance.now();
  return {
    kind: 'sample',
    isMoving: true,
    image: canvas,
    width,
    height,
    advance: () => {
      const frame = Math.floor(((performance.now() - started) / 1000) * SAMPLE_RATE);
      context.drawImage(images[frame % images.length], 0, 0);
    },
    close: () => images.forEach((image) => image.close()),
  };
}

/** Frames of the sample a second. */
const SAMPLE_RATE = 4;

/** Makes a grabber, which reuses its canvas. */
export function createGrabber(): Grabber {
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  return {
    grab: ({ image, width, height }, side = LONGEST_SIDE) => {
      const scale = Math.min(1, side / Math.max(width, height));
      const [across, down] = [width, height].map((length) => Math.max(1, Math.round(length * scale)));
      if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down];
      context.imageSmoothingQuality = 'high';
      context.fillStyle = '#ffffff';
      context.fillRect(0, 0, across, down);
      context.drawImage(image, 0, 0, across, down);
      return withoutAlpha(context.getImageData(0, 0, across, down));
    },
  };
}

function withoutAlpha({ data, width, height }: ImageData): RgbImage {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + 1];
    rgb[to + 2] = data[from + 2];
  }
  return { width, height, data: rgb };
}
