import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { DEFAULT_EXPERIMENT } from '../../lib/core/experiment';
import { projectRoot } from '../../lib/files/project';
import { DEFAULT_MODEL } from '../../lib/predict/model';
import { loadPredictor } from '../../lib/predict/predictor';
import { defaultModelToMarkdown, toDefaultModelFile } from '../../lib/study/default-model-file';
import { evaluateModel } from '../../lib/study/evaluate-models';
import { openDataset } from '../../lib/study/open-dataset';
import { replaceSection } from '../../lib/study/readme';
import { followOnStderr } from '../../lib/commands/progress';
import type { ReferenceContext } from '../../lib/commands/commit-outputs';

/**
 * Measures the model that the project carries on the six characters: results/reference/default-model.json, and the
 * table in its card. Takes about two minutes.
 */
export async function makeModelReference({ directory, print }: ReferenceContext): Promise<void> {
  const dataset = await openDataset(DEFAULT_EXPERIMENT, {}, followOnStderr('Drawing'));
  const model = path.join(projectRoot(), DEFAULT_MODEL);
  const predictor = await loadPredictor({ faces: 'largest' });
  try {
    const evaluation = await evaluateModel(predictor, dataset, { onProgress: followOnStderr('Images') });
    const sha256 = createHash('sha256').update(fs.readFileSync(model)).digest('hex');
    const file = toDefaultModelFile(evaluation!, dataset.records, { sha256, dataset: dataset.name });
    fs.writeFileSync(path.join(directory, 'default-model.json'), `${JSON.stringify(file, null, 2)}\n`);
    const card = path.join(path.dirname(model), 'README.md');
    fs.writeFileSync(
      card,
      replaceSection(fs.readFileSync(card, 'utf8'), 'six', defaultModelToMarkdown(file)),
    );
    print('Made anew: results/reference/default-model.json, and its table in models/README.md.');
  } finally {
    predictor.dispose();
  }
}
