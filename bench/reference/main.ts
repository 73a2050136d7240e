import { print } from '../../lib/cli/command';
import { runReference } from './reference';

// `npm run reference -- [parts...]`: makes the committed results anew, all of them or some parts.
runReference({ parts: process.argv.slice(2), print }).catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
