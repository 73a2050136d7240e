import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import type { MimeBundle } from '../figures/bundle';

/** What tslab sends as one output. Source: Jupyter's messaging protocol, display_data. */
interface DisplayData extends MimeBundle {
  readonly transient: { readonly display_id?: string };
}

/** Sends one output to the cell that runs; `update` replaces the output that has the same display_id. */
type WriteDisplayData = (data: DisplayData, update: boolean) => void;

/** An output that can be sent again: it then replaces itself wherever it is shown. */
export interface Output {
  /** Sends the bundle, the first time as a new output of the running cell. */
  send(bundle: MimeBundle): void;
}

/** Tells whether this process is a tslab kernel that has run a cell. */
export function isInKernel(): boolean {
  return findWriter() !== undefined;
}

/**
 * Opens an output of the cell that runs now. It stays that cell's, even when it is sent again later.
 * @returns undefined outside of a tslab kernel
 */
export function openOutput(): Output | undefined {
  const write = findWriter();
  if (!write) return undefined;
  const transient = { display_id: randomBytes(8).toString('hex') };
  let isSent = false;
  return {
    send(bundle) {
      write({ ...bundle, transient }, isSent);
      isSent = true;
    },
  };
}

/**
 * Finds tslab's own writer among the loaded modules. tslab's public functions send one MIME type a call, and a
 * kernel that the user started may be another installation than ours, so importing our copy would find it idle.
 */
function findWriter(): WriteDisplayData | undefined {
  for (const [file, loaded] of Object.entries(createRequire(__filename).cache)) {
    if (!/[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(file)) continue;
    const { lastWriteDisplayData } = loaded?.exports as { lastWriteDisplayData?: WriteDisplayData | null };
    if (lastWriteDisplayData) return lastWriteDisplayData;
  }
  return undefined;
}
