import { emotionId } from '../../core/emotions';
import { leaveOneCharacterOut } from '../../core/split';
import { loadStore } from '../../faces/store-file';
import { facesOfSplit } from '../faces-of-split';
import {
  FORMS,
  isFormName,
  majorityLearner,
  nearestLearner,
  networkLearner,
  type Learner,
} from '../evidence/learners';
import { likeliestOf } from '../../core/metrics';
import type { FoldJob, FoldScore } from './jobs';

/**
 * Runs a fold: learns from all characters but two, chooses the epoch on one of these, answers for the other.
 * @throws RangeError for an unknown model or character, or a store of fewer than 3 characters
 */
export async function runFold({ store, character, model, seed, epochs }: FoldJob): Promise<FoldScore> {
  const learn = findLearner(model);
  const blocks = await loadStore(store);
  const records = [...blocks.records, ...blocks.missed.map(({ record }) => record)];
  const folds = leaveOneCharacterOut(records);
  const fold = folds.find((one) => one.character === character);
  if (!fold) throw new RangeError(`Expected a character of ${store} for character but received ${character}`);
  const { train, validation, test } = facesOfSplit(fold, records, blocks);
  const [trained, validated, tested] = [train, validation, test].map(({ faces }) => faces);
  const sides = { train: trained, validation: validated, test: tested };
  const { bestEpoch, test: answers } = await learn({ blocks, ...sides, seed, epochs });
  const labels = likeliestOf(answers);
  const isRight = (face: number, row: number) => labels[row] === emotionId(blocks.records[face].emotion);
  return {
    character,
    bestEpoch,
    frames: fold.test.length,
    missed: test.missed,
    correct: tested.filter(isRight).length,
  };
}

function findLearner(model: string): Learner {
  if (model === 'majority') return majorityLearner;
  if (model === 'nearest') return nearestLearner;
  if (isFormName(model)) return networkLearner(FORMS[model]);
  const known = ['majority', 'nearest', ...Object.keys(FORMS)].join(', ');
  throw new RangeError(`Expected one of ${known} for model but received ${model}`);
}
