import { Command } from 'commander';
import { print } from './print';

/** `new`: a notebook for the user's own folder. */
export const newCommand = new Command('new')
  .description(
    'write a notebook that trains a small network on your folder of pictures, and says how good it is',
  )
  .argument('<name>', 'of the notebook, such as my-study')
  .argument('<folder>', 'pictures in <emotion>/* or <person>/<emotion>/*')
  .option('--cropped', 'each picture is a face already, cut out', false)
  .action(async (name: string, data: string, { cropped }: { readonly cropped: boolean }) => {
    const { newStudy } = await import('../commands/new');
    print(`Made: ${newStudy({ name, data, cropped })}`);
    print(
      'Open it in `npm run lab`, where it lies below the project, or in your own JupyterLab after `npx . kernel install`.',
    );
  });
