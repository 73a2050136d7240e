// A process that loads a predictor and answers about the inputs that it is sent.
import { serveJobs } from '../files/worker-process';
import type { PredictAnswer, PredictJob } from './input-predictor';
import { type LookedAt, PICTURES_AT_A_TIME, predictInputs } from './predict-inputs';
import { loadPredictor, type Predictor } from './predictor';

let predictor: Promise<Predictor> | undefined;

serveJobs<PredictJob, PredictAnswer>(async (job, give) => {
  if ('load' in job) {
    predictor = loadPredictor(job.load);
    const { name, description } = (await predictor).classifier;
    void give({ name, description });
    return;
  }
  let some: LookedAt[] = [];
  for await (const { result, input } of predictInputs(await predictor!, job.inputs, job.options)) {
    some.push({ result, input });
    if (some.length < PICTURES_AT_A_TIME) continue;
    await give(some);
    some = [];
  }
  void give(some);
});
