import { Command } from 'commander';
import { croppedOption } from './cropped';
import { print } from './print';

/** `faces`: what preprocessing finds in pictures. */
export const facesCommand = new Command('faces')
  .description("draw landmarks, boxes and blocks of pictures; without FILES, of face-api's six photographs")
  .argument('[files...]', 'picture files')
  .addOption(croppedOption())
  .action(async (files: string[], { cropped }: { cropped?: boolean }) => {
    const { runFaces } = await import('../commands/faces');
    process.exitCode = (await runFaces(files, { cropped, print })) > 0 ? 1 : 0;
  });
