import assert from 'node:assert/strict';
import { EVIDENCE_NOTEBOOKS, QUOTING_TEXTS } from '../../../lib/cli/evidence';
import { loadEvidence } from '../../../lib/study/evidence/evidence-archive';
import {
  computeQuotes,
  evidenceToMarkdown,
  replaceQuotes,
  summarizeEvidence,
} from '../../../lib/study/evidence/evidence-summary';
import { assertSection, readReference, readText } from '../../support/assertions';

const evidence = loadEvidence();
const quotes = computeQuotes(evidence);
const committed = readReference<ReturnType<typeof summarizeEvidence>>('evidence');

describe('the committed evidence', () => {
  it('is what its predictions say, to the digit', () => {
    assert.deepEqual(committed, summarizeEvidence(evidence));
  });

  it('has every split, and the models that are compared under each', () => {
    assert.deepEqual(Object.keys(committed.splits), ['frames', 'clips', 'characters']);
    for (const models of Object.values(committed.splits)) {
      for (const model of ['tergat', 'compact', 'majority', 'nearest', 'landmarks'])
        assert.ok(model in models, `${model} is missing`);
    }
  });

  it('has rates within their intervals, all from 0 to 1', () => {
    const { splits, unseen, ablation } = committed;
    const rates = [
      ...Object.values(splits).flatMap(Object.values),
      ...Object.values(unseen),
      ...Object.values(ablation),
    ];
    for (const { accuracy, low, high } of rates)
      assert.ok(0 <= low && low <= accuracy && accuracy <= high && high <= 1);
    const { calibration, coverage } = committed;
    for (const rate of [...Object.values(calibration), ...Object.values(coverage)])
      assert.ok(rate >= 0 && rate <= 1);
  });

  it('leaves each of six characters out, once a seed, for every model', () => {
    for (const model of Object.keys(committed.splits.characters)) {
      const folds = evidence.runs.protocols.filter(
        (run) => run.model === model && evidence.splits.get(run.split)!.protocol === 'characters',
      );
      assert.equal(new Set(folds.map(({ split }) => split)).size, 6, model);
    }
  });

  for (const name of QUOTING_TEXTS) {
    it(`is quoted in ${name} with the figures that it has`, () => {
      const text = readText(name);
      assert.match(text, /<!--q [\w.-]+-->/);
      assert.equal(text, replaceQuotes(text, quotes));
    });
  }

  it('is not quoted in the prose of the notebooks: their cells print what they compute', () => {
    for (const name of EVIDENCE_NOTEBOOKS) {
      const { cells } = JSON.parse(readText(name)) as { cells: { cell_type: string; source: string[] }[] };
      const prose = cells
        .filter(({ cell_type: type }) => type === 'markdown')
        .map(({ source }) => source.join(''))
        .join('\n');
      assert.doesNotMatch(prose, /<!--q /);
      // What is left are constants: the original's figure, the level of the intervals, chance, calibration's example.
      const percentages = Array.from(prose.matchAll(/\d+(\.\d+)? %/g), ([found]) => found);
      assert.deepEqual(
        percentages.filter((found) => !['97.5 %', '95 %', '14.3 %', '90 %'].includes(found)),
        [],
      );
    }
  });

  it("fills the README's table", () => {
    assertSection('README.md', 'evidence', evidenceToMarkdown(evidence));
  });
});

describe('quotes', () => {
  const known = new Map([['a.b', '12.3 %']]);

  it('are found and replaced by name, and the text around them stays', () => {
    const text = 'It is <!--q a.b-->0.0 %<!--/q-->, no more.';
    assert.equal(replaceQuotes(text, known), 'It is <!--q a.b-->12.3 %<!--/q-->, no more.');
  });

  it('refuse an unknown figure', () => {
    assert.throws(
      () => replaceQuotes('<!--q c-->1<!--/q-->', known),
      /Expected the name of a figure for a quote but received c/,
    );
  });
});
