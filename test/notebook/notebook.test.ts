import assert from 'node:assert/strict';
import fs from 'node:fs';
import { openCellOutput } from '../../lib/notebook/kernel';
import { followProgress } from '../../lib/notebook/progress';
import { liveDisplay, show } from '../../lib/notebook/show';
import { runStoppable } from '../../lib/notebook/stop';
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
  const realNow = performance.now.bind(performance);
  let time = 0;
  beforeEach(() => {
    time = 0;
    performance.now = () => time;
  });
  afterEach(() => {
    performance.now = realNow;
  });

  /** Follows a task on a stream, and returns what is written. */
  function watch(
    run: (set: ReturnType<typeof followProgress>) => void,
    { title = 'Faces', isTTY = false, columns = 100 } = {},
  ): string[] {
    const written: string[] = [];
    const stream = { isTTY, columns, write: (text: string) => written.push(text) };
    run(followProgress(title, stream as unknown as NodeJS.WriteStream));
    return written;
  }

  it('draws at the start, at most at the given interval, and once at the end', () => {
    const drawn = watch(
      (set) => {
        for (let step = 0; step < 100; step++) {
          time = 10 * step;
          set(step, 100);
        }
        time = 1000;
        set(100, 100);
        set(100, 100);
      },
      { isTTY: true },
    );
    assert.deepEqual(
      drawn.map((bar) => /Faces: (\d+)/.exec(bar)?.[1]),
      [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100].map(String),
    );
    assert.match(drawn[3], /Faces: 30 of 100, 100\.0 a second, 0\.7 s left$/);
    assert.match(drawn[10], /^\r\u001b\[2K\[#{30}\] Faces: 100 in 1\.0 s \(100\.0 a second\)\n$/);
  });

  it('writes lines with rate and time left where there is no terminal, without the last one', () => {
    const lines = watch((set) => {
      set(0, 1680);
      time = 40_000;
      set(4, 1680);
      set(5, 1680);
      time = 80_000;
      set(1000, 1680);
      set(1680, 1680);
    });
    assert.deepEqual(lines, [
      'Faces: 4 of 1,680, 10.0 s each, 4 h 39 min left\n',
      'Faces: 1,000 of 1,680, 12.5 a second, 54 s left\n',
    ]);
  });

  it('draws the end only when there is nothing to do', () => {
    const drawn = watch((set) => set(0, 0), { isTTY: true });
    assert.deepEqual(
      drawn.map((bar) => bar.slice(-19)),
      ['] Faces: 0 in 0.0 s\n'.slice(-19)],
    );
  });

  it('fits its line in a terminal', () => {
    const set = (columns: number) => watch((follow) => follow(0, 4), { isTTY: true, columns })[0];
    assert.match(set(100), /\[-{30}\] Faces: 0 of 4$/);
    assert.match(set(25), /\[-{8}\] Faces: 0 of 4$/);
    assert.equal(set(24), '\r\u001b[2KFaces: 0 of 4');
    assert.equal(set(12), '\r\u001b[2KFaces: 0 of');
  });

  it('is a bar with escaped text in a notebook', async () => {
    const sent = await inKernel(() => {
      const set = followProgress('a<b');
      set(0, 4);
      time = 1000;
      set(1, 4);
      return Promise.resolve();
    });
    const html = String(sent[1].data['text/html']);
    assert.match(html, /width:25\.0%/);
    assert.match(html, /role="progressbar" aria-valuemin="0" aria-valuenow="1" aria-valuemax="4"/);
    assert.match(html, /a&lt;b: 1 of 4/);
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
  it('tells a task after the first signal to stop, and listens no more', async () => {
    const listeners = process.listenerCount('SIGINT');
    await runStoppable('training', async (shouldStop) => {
      await Promise.resolve();
      assert.equal(shouldStop(), false);
      process.emit('SIGINT');
      assert.equal(shouldStop(), true);
      assert.equal(process.listenerCount('SIGINT'), listeners, 'the second Ctrl-C ends the process');
    });
  });

  it("listens only after the cell's synchronous part: Node drops listeners that are added before", async () => {
    const listeners = process.listenerCount('SIGINT');
    const run = runStoppable('training', async () => {
      assert.equal(process.listenerCount('SIGINT'), listeners);
      await Promise.resolve();
      assert.equal(process.listenerCount('SIGINT'), listeners + 1);
    });
    assert.equal(process.listenerCount('SIGINT'), listeners);
    await run;
    assert.equal(process.listenerCount('SIGINT'), listeners);
    await runStoppable('training', () => Promise.resolve());
    assert.equal(process.listenerCount('SIGINT'), listeners, 'also after a task that ends at once');
  });

  it('makes a run that is started again wait for the abandoned one, which it asks to stop', async () => {
    const events: string[] = [];
    const abandoned = runStoppable('training', async (shouldStop) => {
      while (!shouldStop()) await new Promise(setImmediate);
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
