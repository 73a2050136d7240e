import fs from 'node:fs';
import path from 'node:path';
import { decodeSafetensors, encodeSafetensors } from '../../model/safetensors';
import type { TrainedState, WeightStore } from './learners';
import { cacheDirectory, fingerprint, type EvidenceJob, type RunTask } from './runs';

/**
 * Opens the place in data/cache/evidence for a job's trained network. It depends on what the network was trained and
 * chosen on, not on whom it is asked about.
 */
export function openWeights(job: EvidenceJob, task: RunTask): WeightStore {
  const trained = fingerprint({ ...job, split: '' }, { ...task, test: [] });
  const file = path.join(cacheDirectory('weights'), `${job.model}-${trained}.safetensors`);
  return { load: () => loadTrained(file), save: (state) => saveTrained(file, state) };
}

function loadTrained(file: string): TrainedState | undefined {
  if (!fs.existsSync(file)) return undefined;
  const { tensors, metadata } = decodeSafetensors(fs.readFileSync(file));
  return {
    bestEpoch: Number(metadata.get('bestEpoch')),
    state: new Map([...tensors].map(([name, { values }]) => [name, values])),
  };
}

function saveTrained(file: string, { bestEpoch, state }: TrainedState): void {
  const tensors = [...state].map(([name, values]) => ({ name, shape: [values.length], read: () => values }));
  const parts = encodeSafetensors(tensors, new Map([['bestEpoch', String(bestEpoch)]]));
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const descriptor = fs.openSync(`${file}.tmp`, 'w');
  for (const part of parts) fs.writeSync(descriptor, part);
  fs.closeSync(descriptor);
  fs.renameSync(`${file}.tmp`, file);
}
