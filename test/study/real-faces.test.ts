import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { EMOTIONS } from '../../lib/core/emotions';
import { HOME_VARIABLE } from '../../lib/files/project';
import {
  loadRealFaces,
  recordEvaluation,
  saveRealFaces,
  type RealFacesArchive,
  type RealFacesRun,
  type ScoredFace,
} from '../../lib/study/real-faces/real-faces-archive';
import { averagePictures } from '../../lib/study/real-faces/real-faces-figures';
import {
  carriedToMarkdown,
  realFacesToMarkdown,
  summarizeRealFaces,
  type RealFacesSummary,
} from '../../lib/study/real-faces/real-faces-summary';
import { annotatorAgreement, realFacesAnswers } from '../../lib/study/real-faces/calibrated-answers';
import { studyDirectory } from '../../lib/study/committed-files';
import { makeDefaultModel } from '../../lib/study/real-faces/train';
import { buildFaceSet } from '../support/blocks';
import { useEnvironment } from '../support/environment';
import { useTemporaryFolder } from '../support/folder';
import { startFastest } from '../support/native';
import { assertSection, readReference } from '../support/assertions';
import { packProbabilities } from '../../lib/study/probabilities';

const JOY = [0, 9, 0, 0, 0, 0, 0, 0, 1, 0];
const SAD = [3, 0, 0, 7, 0, 0, 0, 0, 0, 0];
const CONTEMPT = [2, 0, 0, 0, 0, 0, 0, 8, 0, 0];
/** No strict winner, most votes for neutral. */
const DIVIDED = [4, 0, 0, 3, 3, 0, 0, 0, 0, 0];
const TIE = [5, 5, 0, 0, 0, 0, 0, 0, 0, 0];

const face = (side: ScoredFace['side'], votes: number[], isDuplicate = false): ScoredFace => ({
  path: `${side}/${votes.join('')}.png`,
  side,
  votes,
  isDuplicate,
});

const FACES = [
  face('validation', JOY),
  face('validation', SAD),
  face('test', JOY, true),
  face('test', SAD),
  face('test', CONTEMPT),
  face('test', DIVIDED),
  face('test', TIE),
];

/** One row for each answer: its probability, and the rest to all others. */
function toProbabilities(answers: readonly [(typeof EMOTIONS)[number], number][]): string {
  return packProbabilities(
    Float32Array.from(
      answers.flatMap(([name, value]) => EMOTIONS.map((one) => (one === name ? value : (1 - value) / 6))),
    ),
  );
}

const RUN: RealFacesRun = {
  seed: 1,
  bestEpoch: 3,
  epochs: 4,
  parameters: 1000,
  validation: toProbabilities([
    ['joy', 0.9],
    ['joy', 0.6],
  ]),
  test: toProbabilities([
    ['joy', 0.9],
    ['neutral', 0.5],
    ['sadness', 0.9],
    ['neutral', 0.8],
    ['joy', 0.9],
  ]),
};

const ARCHIVE: RealFacesArchive = { faces: FACES, evaluations: [], runs: { compact: [RUN] } };

describe('the study of real faces', () => {
  const folder = useTemporaryFolder();

  it('counts images by each protocol', () => {
    const { compact } = summarizeRealFaces(ARCHIVE).models;
    const { strict7, strict7Unique, strict8, plural7 } = compact!;
    assert.deepEqual([strict7.n, strict7.accuracy], [2, 0.5], 'joy is right, sadness is wrong');
    assert.deepEqual(strict7Unique, { n: 1, accuracy: 0 });
    assert.deepEqual(strict8, { n: 3, accuracy: 0.3333 });
    assert.deepEqual(plural7, { n: 3, accuracy: 0.6667 });
    assert.equal(compact!.validation, 0.5);
    assert.equal(strict7.recall.joy, 1);
    assert.equal(strict7.matrix[EMOTIONS.indexOf('sadness')][EMOTIONS.indexOf('neutral')], 1);
    assert.equal(compact!.megabytes, 0.004);
  });

  it('averages over seeds and keeps each', () => {
    const right = toProbabilities([
      ['joy', 0.9],
      ['sadness', 0.9],
      ['joy', 0.4],
      ['joy', 0.4],
      ['joy', 0.4],
    ]);
    const runs = { compact: [RUN, { ...RUN, seed: 2, test: right }] };
    const summary = summarizeRealFaces({ ...ARCHIVE, runs });
    const { strict7, seeds } = summary.models.compact!;
    assert.deepEqual([seeds, strict7.accuracy, strict7.accuracies], [2, 0.75, [0.5, 1]]);
    assert.deepEqual([strict7.recall.joy, strict7.recall.sadness], [1, 0.5]);
    assert.ok(strict7.low < 0.75 && strict7.high > 0.75);
    assert.match(realFacesToMarkdown(summary), /both blocks \(mean of 2 seeds, 50.0 % to 100.0 %\)/);
  });

  it('leaves out a model without answers on the test side', () => {
    const runs = { compact: [{ ...RUN, test: '' }] };
    assert.deepEqual(summarizeRealFaces({ ...ARCHIVE, runs }).models, {});
  });

  it('loads what it saved, and refuses answers that do not fit the faces', () => {
    saveRealFaces(ARCHIVE, folder());
    const loaded = loadRealFaces(folder());
    assert.deepEqual(loaded.faces, FACES);
    assert.deepEqual(summarizeRealFaces(loaded), summarizeRealFaces(ARCHIVE));
    assert.throws(
      () => summarizeRealFaces({ ...loaded, faces: FACES.slice(1) }),
      /Expected 7 probabilities for validation of seed 1 but received 14/,
    );
  });

  it('records an evaluation, and replaces runs of the same model and seed', () => {
    saveRealFaces({ ...ARCHIVE, runs: { compact: [{ ...RUN, seed: 2 }] } }, folder());
    const anew = { ...RUN, seed: 2, bestEpoch: 4 };
    recordEvaluation(
      FACES,
      [
        ['compact', anew],
        ['compact', RUN],
        ['face', RUN],
      ],
      new Date('2026-01-31T12:00:00Z'),
      folder(),
    );
    const { evaluations, runs } = loadRealFaces(folder());
    assert.deepEqual(evaluations, [{ day: '2026-01-31', asked: ['compact 2', 'compact 1', 'face 1'] }]);
    assert.deepEqual(runs, { compact: [RUN, anew], face: [RUN] });
  });

  it('lists answers about images with a majority label, with how many annotators agreed', () => {
    const rows = realFacesAnswers(ARCHIVE, 'compact');
    assert.deepEqual(
      rows.map(({ emotion, answer, agreement, isRight }) => [emotion, answer, agreement, isRight]),
      [
        ['joy', 'joy', 9, true],
        ['sadness', 'neutral', 7, false],
      ],
    );
    assert.ok(rows[0].confidence > rows[1].confidence);
    assert.throws(() => realFacesAnswers(ARCHIVE, 'face'), /Expected answers of face about the test side/);
  });

  it('refuses to show the average of fewer than 100 faces', () => {
    const faces = Array.from({ length: 100 }, (_, face) => face);
    const pixels = Uint8Array.from({ length: 400 }, (_, at) => (at % 4 === 0 ? 10 : Math.floor(at / 4)));
    assert.deepEqual([...averagePictures(pixels, 4, faces)], [10, 50, 50, 50]);
    assert.throws(
      () => averagePictures(pixels, 4, faces.slice(1)),
      /Expected at least 100 faces for an average but received 99/,
    );
  });

  it('measures one annotator against the other nine', () => {
    // Without one of nine votes for joy: joy wins, 9 agree. Without the vote for unknown: joy wins, 1 does not.
    const { successes, trials } = annotatorAgreement([{ votes: JOY }]);
    assert.deepEqual([successes, trials], [9, 10]);
    assert.equal(annotatorAgreement([{ votes: TIE }]).trials, 10, 'either five wins against the other four');
  });
});

describe('makeDefaultModel', function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const set = useEnvironment(HOME_VARIABLE);

  it('draws and writes nothing when its first training is stopped', async () => {
    await startFastest();
    set(folder());
    const blocks = buildFaceSet(14);
    const faces = [...blocks.records.keys()];
    const printed: string[] = [];
    const dataset = { name: 'a', synthetic: true, directory: folder(), records: blocks.records };
    const data = {
      dataset: { ...dataset, drawn: false, seconds: 0 },
      imageOf: () => '',
      blocks,
      sides: { name: 'official' as const, train: faces, validation: faces, test: [] },
      chosenBy: faces,
      faces: [],
    };
    const options = { seed: 1, print: (line: string) => printed.push(line), shouldStop: () => true };
    assert.equal(await makeDefaultModel(data, options), false);
    assert.deepEqual([printed, fs.readdirSync(path.join(folder(), 'data'))], [[], ['cache']]);
  });
});

describe('the committed study of real faces', function () {
  this.timeout(120_000);
  let summary: RealFacesSummary;

  before(function () {
    if (!fs.existsSync(studyDirectory('real-faces'))) this.skip();
    summary = summarizeRealFaces(loadRealFaces());
  });

  it('is what its committed answers say', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(summary)), readReference('real-faces'));
  });

  it("is the table of the README and of the carried model's card", () => {
    assertSection('README.md', 'real-faces', realFacesToMarkdown(summary));
    assertSection('models/README.md', 'real-faces', carriedToMarkdown(summary.models.carried!));
  });

  it("counts FER+'s test side as its protocols do", () => {
    for (const { strict7, strict7Unique, strict8, plural7 } of Object.values(summary.models))
      assert.deepEqual([strict7.n, strict7Unique.n, strict8.n, plural7.n], [3122, 2879, 3137, 3344]);
  });
});
