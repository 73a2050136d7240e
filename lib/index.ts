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
export { riskCoverage } from './core/calibration';
export { bootstrapCharacters } from './core/group-intervals';
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
export { formatRate, rateTable } from './report/estimate-table';
export { imageGrid, sampleSheet } from './report/sheets';
export { accuracyTable, classTable, metricsTable, splitTable, toDataFrame } from './report/tables';
export { evaluateWithBaselines } from './study/evaluate-study';
export { chooseExplorableFaces, listAnswers } from './study/explore';
export { ablationFigure, ablationRates } from './study/evidence/ablation';
export {
  aboutSet,
  accuracyBy,
  accuracyByProtocol,
  accuracyOf,
  differenceOf,
  hardImageAnswers,
  removalAnswers,
  scoreFrames,
  studyAnswers,
} from './study/evidence/answers';
export { attentionFigure, PRIOR_USES } from './study/evidence/attention';
export { attributionFigure, nameOrder, removalFigure } from './study/evidence/attribution-figures';
export { calibrateModel, reliabilityFigure, riskFigure } from './study/evidence/calibration';
export { growthFigure } from './study/evidence/growth';
export { CORRUPTIONS } from './study/evidence/hard-images';
export { openEvidence } from './study/evidence/open-evidence';
export { MODEL_NAMES, nameModel, protocolsFigure } from './study/evidence/protocols';
export { PROTOCOL_NAMES, PROTOCOLS } from './study/evidence/splits';
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
export { REAL_FACES_MODELS, REAL_FACES_NAMES } from './study/real-faces/rows';
export { annotatorAgreement, realFacesAnswers } from './study/real-faces/answers';
export { summarizeRealFaces } from './study/real-faces/scores';
export { scoreTest } from './study/score-test';
export { trainCached } from './study/train-cached';
