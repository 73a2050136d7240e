import type { BlockSet } from '../../core/blocks';
import { loadExpressionNetwork } from '../../faces/detect-expressions';
import type { EvidenceData } from './data';
import type { Learner } from './learners';
import { readColour } from './read-image';

/**
 * Makes a learner that learns nothing: face-api's own expression network, trained by its makers on photographs, which
 * sees the whole face. Each face is asked about once, whatever splits it is on.
 */
export function expressionLearner({ imageOf }: Pick<EvidenceData, 'imageOf'>): Learner {
  const known = new Map<string, Float32Array>();
  const ask = async (blocks: BlockSet, faces: readonly number[]) => {
    const asked = faces.filter((face) => !known.has(blocks.records[face].path));
    if (asked.length > 0) await askAll(blocks, asked, { imageOf, known });
    return Float32Array.from(faces.flatMap((face) => [...known.get(blocks.records[face].path)!]));
  };
  return async ({ blocks, validation, test }) => ({
    test: await ask(blocks, test),
    validation: await ask(blocks, validation),
    bestEpoch: 0,
  });
}

async function askAll(
  { records, landmarks }: BlockSet,
  faces: readonly number[],
  options: Pick<EvidenceData, 'imageOf'> & { readonly known: Map<string, Float32Array> },
): Promise<void> {
  const network = await loadExpressionNetwork();
  try {
    for (const face of faces) {
      const { image, scale } = await readColour(options.imageOf(records[face]));
      const points = landmarks.subarray(136 * face, 136 * (face + 1)).map((value) => value * scale);
      options.known.set(records[face].path, await network.classify(image, [points]));
    }
  } finally {
    network.dispose();
  }
}
