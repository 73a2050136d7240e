import fs from 'node:fs';
import path from 'node:path';
import { scaleByTemperature } from '../../core/temperature';
import { projectRoot } from '../../engine/project';
import { findArchitecture } from '../../model/architectures';
import { inputSource } from '../../model/data';
import { predict } from '../../model/evaluate';
import { decodeModel } from '../../model/model-file';
import type { Learner } from './learners';

/** The model of drawn faces that the project carries, from the project's folder. */
const SHIPPED_MODEL = path.join('models', 'drawn.safetensors');

/** Learns nothing: the model of drawn faces that the project carries answers as it is. */
export const shippedLearner: Learner = async ({ blocks, validation, test }) => {
  const model = decodeModel(fs.readFileSync(path.join(projectRoot(), SHIPPED_MODEL)), SHIPPED_MODEL);
  const { inputs } = findArchitecture(model.architecture);
  const answer = async (faces: readonly number[]) => {
    const { probabilities } = await predict(model.network, inputSource(blocks, faces, inputs));
    return scaleByTemperature(probabilities, model.temperature);
  };
  try {
    return { test: await answer(test), validation: await answer(validation), bestEpoch: 0 };
  } finally {
    model.network.dispose();
  }
};
