import assert from 'node:assert/strict';
import fs from 'node:fs';
import { openCellOutput } from '../../lib/notebook/kernel';
import {
  followProgress,
  progressToBar,
  progressToBundle,
  progressToText,
  type ProgressState,
} from '../../lib/notebook/progress';
import { liveDisplay, show } from '../../lib/notebook/show';
import { runStoppable, watchStop } from '../../lib/notebook/stop';
import { useTemporaryFolder } from '../support/folder';

interface Sent {
  readonly data: Record<string, unknown>;
  readonly transient: { readonly display_id?: string };
  readonly update: boolean;
}

/** Puts a module where tslab's would be in a kernel, and collects what is sent to it. */
async function inKernel(run: () => Promise<void>): Promise<Sent[]> {
  const file = '/a/kernel/of/its/own/node_modules/tslab/dist/jupyter.js';
  const sent: Sent[] = [];
  const lastWriteDisplayData = (message: Omit<Sent, 'update'>, update: boolean) =>
    void sent.push({ ...message, update });
  require.cache[file] = { exports: { lastWriteDisplayData } } as unknown as NodeJS.Module;
  try {
    await run();
  } finally {
    delete require.cache[file];
  }
  return sent;
}

/** Runs with another folder of results. */
async function withResults(folder: string, run: () => Promise<unknown>): Promise<void> {
  const before = process.env.RESULTS_DIR;
  process.env.RESULTS_DIR = folder;
  try {
    await run();
  } finally {
    if (before === undefined) delete process.env.RESULTS_DIR;
    else process.env.RESULTS_DIR = before;
  }
}

/** Collects what is printed. */
async function printed(run: () => Promise<void>): Promise<string> {
  const write = process.stdout.write.bind(process.stdout);
  let text = '';
  process.stdout.write = ((chunk: string) => ((text += chunk), true)) as typeof process.stdout.write;
  try {
    await run();
  } finally {
    process.stdout.write = write;
  }
  return text;
}

describe('show', () => {
  it('prints the plain form outside of a notebook', async () => {
    assert.equal(openCellOutput(), undefined);
    assert.equal(await printed(() => show([{ a: 1 }])), 'a\n-\n1\n');
  });

  it('sends one bundle a value in a kernel, whichever installation of tslab runs it', async () => {
    const sent = await inKernel(async () => {
      await show('first');
      await show([{ a: 1 }]);
    });
    assert.deepEqual(
      sent.map(({ data }) => Object.keys(data)),
      [['text/plain'], ['text/html', 'text/plain']],
    );
    assert.deepEqual(
      sent.map(({ update }) => update),
      [false, false],
    );
  });
});

describe('show, with saveAs', () => {
  const folder = useTemporaryFolder();

  it('saves a figure among the results', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"></svg>';
    const figure = { kind: 'picture', title: 'nothing', svg, width: 4, height: 4 };
    await withResults(folder(), () => inKernel(() => show(figure, { saveAs: 'empty' })));
    assert.deepEqual(fs.readdirSync(folder()).sort(), ['empty.png', 'empty.svg']);
  });

  it('refuses to save a value that is not a figure', async () => {
    const saved = withResults(folder(), () => inKernel(() => show('text', { saveAs: 'text' })));
    await assert.rejects(saved, /Expected a figure for saveAs but received string/);
    assert.deepEqual(fs.readdirSync(folder()), []);
  });
});

describe('a live display', () => {
  it('sends its first value as an output and the others in its place', async () => {
    const sent = await inKernel(async () => {
      const live = liveDisplay();
      await live('one');
      await live('two');
    });
    assert.deepEqual(
      sent.map(({ data, update }) => [data['text/plain'], update]),
      [
        ['one', false],
        ['two', true],
      ],
    );
    assert.equal(new Set(sent.map(({ transient }) => transient.display_id)).size, 1);
  });

  it('leaves out values that come while another is drawn, but never the last', async () => {
    const sent = await inKernel(async () => {
      const live = liveDisplay();
      await Promise.all(['one', 'two', 'three'].map((value) => live(value)));
    });
    assert.deepEqual(
      sent.map(({ data }) => data['text/plain']),
      ['three'],
    );
  });
});

describe('progress', () => {
  function watch(run: (set: ReturnType<typeof followProgress>, tick: (ms: number) => void) => void) {
    const drawn: ProgressState[] = [];
    let time = 0;
    const draw = (state: ProgressState) => drawn.push(state);
    const set = followProgress('Faces', { everyMs: 100, now: () => time, draw });
    run(set, (ms) => (time += ms));
    return drawn;
  }

  it('draws at the start, at most at the given interval, and once at the end', () => {
    const drawn = watch((set, tick) => {
      for (let step = 0; step < 100; step++) {
        if (step > 0) tick(10);
        set(step, 100);
      }
      tick(10);
      set(100, 100);
      set(100, 100);
    });
    assert.deepEqual(
      drawn.map(({ done, elapsedMs }) => [done, elapsedMs]),
      [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100].map((done) => [done, 10 * done]),
    );
  });

  it('shows rate and time left, and at the end the elapsed time', () => {
    const state = { title: 'Faces', total: 1680 };
    assert.equal(progressToText({ ...state, done: 0, elapsedMs: 0 }), 'Faces: 0 of 1,680');
    assert.equal(
      progressToText({ ...state, done: 420, elapsedMs: 20_000 }),
      'Faces: 420 of 1,680, 21.0 a second, 1 min 0 s left',
    );
    assert.equal(
      progressToText({ ...state, done: 4, elapsedMs: 20_000 }),
      'Faces: 4 of 1,680, 5.0 s each, 2 h 19 min left',
    );
    assert.equal(
      progressToText({ ...state, done: 1680, elapsedMs: 80_000 }),
      'Faces: 1,680 in 1 min 20 s (21.0 a second)',
    );
  });

  it('draws the end only when there is nothing to do', () => {
    const drawn = watch((set) => set(0, 0));
    assert.deepEqual(drawn.map(progressToText), ['Faces: 0 in 0.0 s']);
  });

  it('is a bar with escaped text in a notebook and fits its line in a terminal', () => {
    const state = { title: 'a<b', done: 1, total: 4, elapsedMs: 1000 };
    const html = String(progressToBundle(state).data['text/html']);
    assert.match(html, /width:25\.0%/);
    assert.match(html, /role="progressbar" aria-valuemin="0" aria-valuenow="1" aria-valuemax="4"/);
    assert.match(html, /a&lt;b: 1 of 4/);
    assert.match(progressToBar(state, 100), /^\[#{8}-{22}\] a<b/);
    assert.ok(progressToBar(state, 20).length < 20);
  });

  it('redraws one output in a kernel', async () => {
    const sent = await inKernel(() => {
      followProgress('Faces')(2, 2);
      return Promise.resolve();
    });
    assert.deepEqual(
      sent.map(({ update }) => update),
      [false, true],
    );
  });
});

describe('stopping', () => {
  it('sets the flag at the first signal and listens no more', async () => {
    const listeners = process.listenerCount('SIGINT');
    const stop = watchStop();
    await Promise.resolve();
    assert.equal(stop.isRequested(), false);
    process.emit('SIGINT');
    assert.equal(stop.isRequested(), true);
    assert.equal(process.listenerCount('SIGINT'), listeners, 'the second Ctrl-C ends the process');
    stop.dispose();
  });

  it("listens only after the cell's synchronous part: Node drops listeners that are added before", async () => {
    const listeners = process.listenerCount('SIGINT');
    const [stop, disposed] = [watchStop(), watchStop()];
    assert.equal(process.listenerCount('SIGINT'), listeners);
    disposed.dispose();
    await Promise.resolve();
    assert.equal(process.listenerCount('SIGINT'), listeners + 1);
    stop.dispose();
    assert.equal(process.listenerCount('SIGINT'), listeners);
  });

  it('makes a run that is started again wait for the abandoned one, which it asks to stop', async () => {
    const events: string[] = [];
    const abandoned = runStoppable('training', async (stop) => {
      while (!stop.isRequested()) await new Promise(setImmediate);
      events.push('first ended');
    });
    await runStoppable('training', () => Promise.resolve(events.push('second began')));
    await abandoned;
    assert.deepEqual(events, ['first ended', 'second began']);
  });

  it('does not wait for a run of another name, and goes on after a run that failed', async () => {
    const failing = runStoppable('a', () => Promise.reject(new Error('broken')));
    assert.equal(await runStoppable('b', () => Promise.resolve(1)), 1);
    await assert.rejects(failing, /broken/);
    assert.equal(await runStoppable('a', () => Promise.resolve(2)), 2);
    assert.equal(process.listenerCount('SIGINT'), 0);
  });
});
