import { Command } from 'commander';
import { print } from './print';

/** `faces`: what preprocessing finds in pictures. */
export const facesCommand = new Command('faces')
  .description("draw landmarks, boxes and blocks of pictures; without FILES, of face-api's six photographs")
  .argument('[files...]', 'picture files')
  .action(async (files: string[]) => {
    const { runFaces } = await import('../commands/faces');
    process.exitCode = (await runFaces(files, print)) > 0 ? 1 : 0;
  });
