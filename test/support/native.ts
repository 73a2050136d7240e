import { startEngine, whyNotNative } from '../../lib/tensor/backend';

/**
 * Groups tests that need native TensorFlow, as `describe` does. Without it they are reported as skipped, with
 * the reason in the title; where REQUIRE_NATIVE is set, as in CI, they fail instead.
 */
export function describeNative(title: string, define: (this: Mocha.Suite) => void): void {
  const reason = whyNotNative();
  if (reason && !process.env.REQUIRE_NATIVE) {
    describe.skip(`${title} (skipped: ${reason})`, define);
    return;
  }
  describe(title, function () {
    before('native TensorFlow starts', async function () {
      this.timeout(60000);
      await startEngine({ backend: 'tensorflow' });
    });
    define.call(this);
  });
}

/** Starts the fastest engine that runs here, whichever an earlier test asked for. */
export async function startFastest(): Promise<void> {
  await startEngine({ backend: whyNotNative() ? 'wasm' : 'tensorflow' });
}
