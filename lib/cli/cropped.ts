import { Option } from 'commander';

/** Makes the flag that takes each whole picture for a face. */
export function croppedOption(): Option {
  return new Option(
    '--cropped',
    'the pictures are cropped faces: each whole one is a face, and no detector is asked (default CROPPED=1)',
  );
}
