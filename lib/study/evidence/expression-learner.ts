import { EMOTIONS } from '../../core/emotions';
import type { FrameRecord } from '../../core/record';
import { loadExpressionNetwork } from '../../faces/detect-expressions';
import type { EvidenceData } from './data';
import type { Learner } from './learners';
import { readColour } from './read-image';

/**
 * Makes a learner that learns nothing: face-api's own expression network, trained by its makers on photographs, which
 * finds the face in the image by itself, as its package does. Each image is asked about once, whatever splits it is on;
 * one in which the package finds no face has a row of zeros.
 */
export function expressionLearner({ imageOf }: Pick<EvidenceData, 'imageOf'>): Learner {
  const known = new Map<string, Float32Array>();
  const ask = async (records: readonly FrameRecord[]) => {
    const asked = records.filter((record) => !known.has(record.path));
    if (asked.length > 0) await askAll(asked, { imageOf, known });
    return Float32Array.from(records.flatMap((record) => [...known.get(record.path)!]));
  };
  return async ({ blocks, validation, test }) => {
    const recordsOf = (faces: readonly number[]) => faces.map((face) => blocks.records[face]);
    return { test: await ask(recordsOf(test)), validation: await ask(recordsOf(validation)), bestEpoch: 0 };
  };
}

async function askAll(
  records: readonly FrameRecord[],
  options: Pick<EvidenceData, 'imageOf'> & { readonly known: Map<string, Float32Array> },
): Promise<void> {
  const network = await loadExpressionNetwork();
  try {
    for (const record of records) {
      const faces = await network.recognize(await readColour(options.imageOf(record)));
      const [largest] = faces.map(({ probabilities }) => probabilities);
      options.known.set(record.path, largest ?? new Float32Array(EMOTIONS.length));
    }
  } finally {
    network.dispose();
  }
}
