import type { RgbImage } from '../lib/core/image';

/** Longest side of what is looked at, in pixels. */
const LONGEST_SIDE = 640;

/** Something that pictures are taken from. */
export interface PictureSource {
  readonly kind: 'camera' | 'sample' | 'picture';
  /** Whether new pictures follow. */
  readonly isMoving: boolean;
  /** What is drawn when a picture is taken. */
  readonly image: CanvasImageSource;
  readonly width: number;
  readonly height: number;
  /** Moves to what is to be shown now; a moving source that moves by itself does nothing. */
  advance(): void;
  /** Lets go of camera and memory. */
  close(): void;
}

/** A canvas that the source is drawn into, to read its pixels. */
export interface Grabber {
  /** Takes the picture, its longer side at most `side` pixels. */
  grab(source: PictureSource, side?: number): RgbImage;
}

/**
 * Opens the camera.
 * @throws Error that says why there is none, in words for people
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
  return still('picture', image);
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

function still(kind: 'picture', image: ImageBitmap): PictureSource {
  const { width, height } = image;
  return {
    kind,
    isMoving: false,
    image,
    width,
    height,
    advance: () => undefined,
    close: () => image.close(),
  };
}

/** Makes a grabber; its canvas is kept from picture to picture. */
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
