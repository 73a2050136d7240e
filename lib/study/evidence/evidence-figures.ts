import { groupBy } from '../../core/group-by';
import { curveChart, intervalChart } from '../../figures/estimate-charts';
import type { ChartFigure, Figure, PictureFigure } from '../../figures/figure';
import { overlayMap } from '../../figures/images';
import { sampleSheet } from '../../figures/sheets';
import {
  aboutSet,
  accuracyBy,
  accuracyByProtocol,
  calibrateModel,
  deletionAnswers,
  studyAnswers,
  type EvidenceAnswer,
} from './scored-answers';
import type { AttributionMap, DeletionResult, Evidence } from './evidence-archive';
import { MAPPED_SPLIT } from './training-plans';
import { PROTOCOL_NAMES, PROTOCOLS, TRAINING_COUNTS } from './splits';
import { calibrationChart, coverageChart } from '../probabilities';

/** Display names of the models. */
export const MODEL_NAMES: Readonly<Record<string, string>> = {
  majority: 'most frequent expression',
  nearest: 'nearest training face',
  landmarks: 'logistic regression on landmarks',
  faceapi: "face-api's expression network",
  compact: 'compact network',
  tergat: 'TerGat',
  boxes: 'box coordinates alone',
  augmented: 'compact network, changed samples',
  combined: 'compact network with landmarks, changed samples',
  shipped: 'the model of drawn faces',
};

/** Returns the display name of an answer's model. */
export const nameModel = ({ model }: Pick<EvidenceAnswer, 'model'>): string => MODEL_NAMES[model];

/** Draws all figures by the names of their files; undefined for maps that were not computed. */
export async function drawFigures(evidence: Evidence): Promise<Record<string, Figure | undefined>> {
  const deletions = deletionAnswers(evidence).filter(({ model }) => model === 'compact');
  const growth = studyAnswers(evidence, 'growth');
  return {
    protocols: protocolsFigure(studyAnswers(evidence, 'protocols')),
    ablation: ablationFigure(studyAnswers(evidence, 'ablation')),
    growth_generated: growthFigure(growth, 'development'),
    growth_six: growthFigure(growth, 'six'),
    reliability: reliabilityFigure(evidence, 'compact'),
    risk_coverage: riskFigure(evidence, 'compact'),
    attention: attentionFigure(studyAnswers(evidence, 'attention')),
    removal_clips: deletionFigure(deletions.filter(({ protocol }) => protocol === 'clips')),
    removal_characters: deletionFigure(deletions.filter(({ protocol }) => protocol === 'characters')),
    attribution_compact: await attributionFigure(evidence, 'compact'),
    attribution_tergat: await attributionFigure(evidence, 'tergat'),
    attribution_learned: await attributionFigure(evidence, 'learned'),
  };
}

/** Charts the accuracy of every model under every split protocol. */
export function protocolsFigure(answers: readonly EvidenceAnswer[]): ChartFigure {
  return intervalChart(accuracyByProtocol(answers, nameModel), {
    title: 'What is kept apart decides the number',
    subtitle: 'Single frames, whole clips or whole characters are dealt out; 95 % intervals over characters',
  });
}

/** Rows of the ablation by their names in evidence.json: model, condition, and name in tables and figures. */
const ABLATION = {
  original: ['tergat', 'last-image', 'TerGat, crops from the last image read'],
  lastImage: ['compact', 'last-image', 'crops from the last image read'],
  boxes: ['boxes', 'correct', 'box coordinates alone'],
  landmarks: ['landmarks', 'correct', 'landmarks alone'],
  eyesOnly: ['compact', 'eyes-only', 'eyes block alone'],
  mouthOnly: ['compact', 'mouth-only', 'mouth block alone'],
  correct: ['compact', 'correct', 'both blocks, cut correctly'],
  swapped: ['compact', 'swapped', 'both blocks, branches swapped'],
  wholeFace: ['compact', 'whole-face', 'whole face in both branches'],
  anotherImage: ['compact', 'another-image', 'blocks of another image'],
} as const;

/**
 * Estimates accuracy for each row of the ablation and each split protocol that it was run under.
 * @param labels `shown` (default): names for tables and figures; `keys`: the names in evidence.json
 */
export function ablationRates(answers: readonly EvidenceAnswer[], labels: 'shown' | 'keys' = 'shown') {
  const rows = Object.entries(ABLATION).map(([key, [model, condition, shown]]) => {
    return { model, condition, label: labels === 'shown' ? shown : key };
  });
  return accuracyByProtocol(
    answers,
    ({ model, condition }) => rows.find((row) => row.model === model && row.condition === condition)?.label,
    rows.map(({ label }) => label),
  );
}

/** Charts the ablation. */
export function ablationFigure(answers: readonly EvidenceAnswer[]): ChartFigure {
  return intervalChart(ablationRates(answers), {
    title: 'What the number is reached from',
    subtitle: 'Split by frames as the original; with each character left out, where it was run',
  });
}

/** Display names of the models of the attention study: how each uses the prior. */
export const PRIOR_USES: Readonly<Record<string, string>> = {
  compact: 'hard: both blocks',
  soft: 'soft: whole face times heat maps of the landmarks',
  blocksAndFace: 'both blocks and the whole face',
  learned: 'learned: whole face times maps of its own',
  face: 'none: whole face',
};

/** Charts the accuracy of every use of the prior under every split protocol. */
export function attentionFigure(answers: readonly EvidenceAnswer[]): ChartFigure {
  return intervalChart(
    accuracyByProtocol(answers, ({ model }) => PRIOR_USES[model]),
    {
      title: 'Five uses of the prior',
      subtitle: 'Compact networks of about as many parameters; 95 % intervals over characters',
    },
  );
}

/** Tested characters, as titles name them. */
const TESTED = { development: 'other generated characters', six: 'the six' } as const;

/**
 * Charts the learning curve.
 * @param set the tested characters: other generated ones, or the six
 */
export function growthFigure(answers: readonly EvidenceAnswer[], set: keyof typeof TESTED): ChartFigure {
  const rows = accuracyCurves(aboutSet(answers, set), {
    label: ({ trainingCharacters }) => trainingCharacters,
    group: nameModel,
    labels: TRAINING_COUNTS,
  });
  return curveChart(rows, {
    title: `Accuracy on ${TESTED[set]}, by generated characters in training`,
    xAxis: 'Generated characters in training',
    scale: 'log',
  });
}

/** Charts the reliability diagram on left-out characters, before and after temperature scaling. */
export function reliabilityFigure(evidence: Evidence, model: string): ChartFigure {
  const calibrated = calibrateModel(evidence, 'characters', model);
  return calibrationChart(calibrated, 'Confidence and accuracy on left-out characters');
}

/** Charts the risk-coverage curve under every split protocol. */
export function riskFigure(evidence: Evidence, model: string): ChartFigure {
  return coverageChart(
    PROTOCOLS.map((protocol) => {
      return [PROTOCOL_NAMES[protocol], calibrateModel(evidence, protocol, model).after];
    }),
  );
}

/** Estimates accuracy as {@link accuracyBy}, one group after the other. */
function accuracyCurves<T extends EvidenceAnswer>(
  answers: readonly T[],
  by: Parameters<typeof accuracyBy<T, number>>[1],
) {
  return [...groupBy(answers, by.group).values()].flatMap((own) => accuracyBy(own, by));
}

/** Display names of the attribution methods. */
const METHOD_NAMES: Readonly<Record<DeletionResult['mark'], string>> = {
  gradients: 'Grad-CAM',
  occlusion: 'occlusion',
  random: 'at random',
};

const MODEL_TITLES: Readonly<Record<string, string>> = { compact: 'the compact network', tergat: 'TerGat' };

/** Formats the order of deletion. */
export function nameOrder({ mark, first }: Pick<DeletionResult, 'mark' | 'first'>): string {
  return mark === 'random' ? METHOD_NAMES.random : `${first} important first (${METHOD_NAMES[mark]})`;
}

/**
 * Charts the deletion test: accuracy by the deleted share of pixels, one curve per order.
 * @param answers of one model under one split protocol
 */
export function deletionFigure(answers: ReturnType<typeof deletionAnswers>): ChartFigure {
  const [{ model, protocol }] = answers;
  const rows = accuracyCurves(answers, { label: ({ share }) => share, group: nameOrder });
  const split = protocol === 'clips' ? 'split by clips' : 'characters left out';
  return curveChart(rows, {
    title: `Removing what ${MODEL_TITLES[model]} is said to look at (${split})`,
    xAxis: "Share of both blocks' pixels that take their block's mean",
    xFormat: '.0%',
  });
}

/** Draws the mean attribution maps of each expression; undefined if they were not computed. */
export async function attributionFigure(
  { attribution }: Evidence,
  model: 'compact' | 'tergat' | 'learned',
): Promise<PictureFigure | undefined> {
  const maps = attribution.find((run) => run.model === model && run.split === MAPPED_SPLIT)?.maps ?? [];
  const faces = maps
    .filter(({ of }) => of !== 'picture')
    .map((map) => ({
      image: overlayMap(readBytes(findPicture(maps, map)), readBytes(map)),
      character: nameMap(map),
      emotion: map.emotion,
    }));
  if (faces.length === 0) return undefined;
  const [title, map, counts] =
    model === 'learned'
      ? ['Where learned attention lets its branches look', 'Mean map', 'passes']
      : [`Where ${MODEL_TITLES[model]} looks`, 'Mean', 'it counts'];
  return sampleSheet(faces, {
    title,
    subtitle: `${map} over the test faces of each expression, split by clips; the more orange, the more ${counts}`,
    cellPx: 80,
  });
}

/** Finds the mean picture that a map is drawn over: of the same part, or the only one. */
function findPicture(maps: readonly AttributionMap[], { part, emotion }: AttributionMap): AttributionMap {
  const pictures = maps.filter((map) => map.of === 'picture' && map.emotion === emotion);
  return pictures.find((picture) => picture.part === part) ?? pictures[0];
}

function nameMap({ of, part }: AttributionMap): string {
  return of === 'gradients' || of === 'occlusion' ? `${part}, ${METHOD_NAMES[of]}` : `${part} map`;
}

function readBytes({ values }: AttributionMap): Uint8Array {
  return new Uint8Array(Buffer.from(values, 'base64'));
}
