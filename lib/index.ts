// What notebooks may import.
import './source-maps';
export { BLOCK_SIZE, type BlockSet, type MissedFrame } from './core/blocks';
export { EMOTIONS, emotionId, isEmotion, type Emotion } from './core/emotions';
export {
  DEFAULT_EXPERIMENT,
  fitBatchSize,
  readCropped,
  readExperiment,
  type Experiment,
} from './core/experiment';
export { estimateAccuracy, wilsonInterval } from './core/intervals';
export { classMetrics, confusionMatrix, macroF1 } from './core/metrics';
export { formatPercent } from './core/numbers';
export { boundingBox, clampBox, growBox, type Box } from './core/geometry';
export { cropGray, resizeBilinear, toGray, toModelInput, type GrayImage } from './core/image';
export { cutBlocks, EYES_LANDMARKS, MOUTH_LANDMARKS } from './core/landmarks';
export { createRandom } from './core/random';
export type { FrameRecord } from './core/record';
export { leaveOneCharacterOut, splitRecords, type Split } from './core/split';
export { type Dataset } from './datasets/dataset';
export { readFerg } from './datasets/ferg';
export { readFolder } from './datasets/folder';
export { buildAdam } from './engine/adam';
export { meanCrossEntropy } from './engine/operations';
export { startEngine, type EngineInfo } from './engine/tensorflow';
export { loadFaceDetector, type Face } from './faces/detect';
export { measureBlockIou } from './faces/measure';
export { preprocess } from './faces/preprocess';
export { buildCompact } from './model/compact';
export {
  buildBlocksAndFace,
  buildLearnedAttention,
  buildSoftAttention,
  buildWholeFace,
} from './model/face-networks';
export { buildBoxesNetwork } from './model/boxes-network';
export { blockSource, boxSource, type TensorSource } from './model/data';
export { evaluate, predict, type Prediction } from './model/evaluate';
export { formatEpoch, type EpochRecord } from './model/history';
export { predictNearest } from './model/nearest';
export { countParameters, type Network } from './model/network';
export { buildTerGat, TERGAT_SIZES } from './model/tergat';
export {
  followProgress,
  liveDisplay,
  progress,
  resultsDirectory,
  runStoppable,
  show,
  startNotebook,
} from './notebook';
export { finishReport } from './notebook/finish-report';
export { trainInCell } from './notebook/train-in-cell';
export { loadClassifier, type Classifier } from './predict/model';
export { formatAnswer } from './predict/format';
export { predictPictures } from './predict/predict-inputs';
export { predictionRows, viewPredictions } from './predict/view-prediction';
export { isUnread, loadPredictor, type FacePrediction, type PicturePrediction } from './predict/predictor';
export { architectureDiagram, describeTerGat } from './report/architecture';
export { attentionFlow } from './report/attention-flow';
export { blockExplorer } from './report/block-explorer';
export { confusionChart } from './report/confusion-chart';
export { countsChart } from './report/counts-chart';
export { errorExplorer } from './report/error-explorer';
export { markPicture } from './report/face-marks';
export { featureMaps } from './report/feature-maps';
export { nameFigures, saveFigure } from './report/figures';
export { accuracyChart, lossChart } from './report/learning-charts';
export { stepLossChart } from './report/step-loss-chart';
export { publishedChart } from './report/published-chart';
export { formatRate, rateTable } from './report/evidence-tables';
export { imageGrid, sampleSheet } from './report/sheets';
export {
  accuracyTable,
  answerTable,
  classTable,
  filterTable,
  joinTables,
  metricsTable,
  recordTable,
  toDataFrame,
} from './report/tables';
export { evaluateWithBaselines } from './study/evaluate-study';
export { chooseExplorableFaces, listAnswers } from './study/explore';
export {
  compareWithRandom,
  MARK_NAMES,
  nameOrder,
  summarizeRemovals,
  useDifferenceRows,
  useRows,
  USES,
} from './study/evidence/attention';
export { summarizeAcross } from './study/evidence/across';
export { summarizeCoverage } from './study/evidence/coverage-summary';
export { looksFigure, removalFigure, usesFigure } from './study/evidence/attention-figures';
export {
  ablationRows,
  bootstrapRows,
  compareOnSix,
  coverageAtRisk,
  distanceParts,
  ladderRows,
  MODEL_NAMES,
  STEP_NAMES,
} from './study/evidence/details';
export { openEvidence } from './study/evidence/open-evidence';
export {
  ablationFigure,
  growthFigure,
  ladderFigure,
  reliabilityFigure,
  riskFigure,
} from './study/evidence/save-evidence';
export { LADDER_STEPS, summarizeCalibration, summarizeUnseen } from './study/evidence/summary';
export { chooseSampleFaces, findFace, viewFace } from './study/face-views';
export { facesOfSplit } from './study/faces-of-split';
export { openDataset } from './study/open-dataset';
export { openExamples, openPictures } from './study/open-pictures';
export { preprocessDataset } from './study/preprocess-dataset';
export { reportRows } from './study/readme';
export { loadRealFaces } from './study/real-faces/archive';
export {
  realFacesChart,
  realFacesConfusion,
  realFacesReliability,
  realFacesRisk,
  recallChart,
} from './study/real-faces/figures';
export { REAL_FACES_MODELS, REAL_FACES_NAMES } from './study/real-faces/plan';
export { agreementRows, annotatorAgreement, PUBLISHED_FER_PLUS } from './study/real-faces/questions';
export { summarizeRealFaces } from './study/real-faces/summary';
export { scoreTest } from './study/score-test';
export { trainCached } from './study/train-cached';
