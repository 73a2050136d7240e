// What notebooks may import.
import './source-maps';
export { riskCoverage } from './core/calibration';
export { EMOTIONS, emotionId } from './core/emotions';
export { fitBatchSize, readCropped, readExperiment } from './core/experiment';
export { bootstrapCharacters } from './core/group-intervals';
export { wilsonInterval } from './core/intervals';
export { macroF1 } from './core/metrics';
export { formatPercent } from './core/numbers';
export { boundingBox, growBox, type Box } from './core/geometry';
export { cropGray, resizeBilinear, toGray, toModelInput, type GrayImage } from './core/image';
export { cutBlocks, EYES_LANDMARKS, MOUTH_LANDMARKS } from './core/landmarks';
export { createRandom } from './core/random';
export { splitRecords } from './core/split';
export { buildAdam } from './tensor/adam';
export { meanCrossEntropy } from './tensor/operations';
export { startEngine } from './tensor/backend';
export { loadFaceDetector } from './faces/detect';
export { measureBlockIou } from './faces/measure';
export { buildCompact } from './model/compact';
export {
  buildBlocksAndFace,
  buildLearnedAttention,
  buildSoftAttention,
  buildWholeFace,
} from './model/face-networks';
export { blockSource } from './model/data';
export { predictNearest } from './model/nearest';
export { countParameters } from './model/network';
export { buildTerGat, TERGAT_SIZES } from './model/tergat';
export { followProgress, progress, resultsDirectory, runStoppable, show, startNotebook } from './notebook';
export { finishReport } from './notebook/finish-report';
export { trainInCell } from './notebook/train-in-cell';
export { predictPictures } from './predict/predict-inputs';
export { predictionRows, viewPredictions } from './predict/view-prediction';
export { architectureDiagram, describeTerGat } from './report/architecture';
export { attentionFlow } from './report/attention-flow';
export { blockExplorer } from './report/block-explorer';
export { countsChart } from './report/counts-chart';
export { errorExplorer } from './report/error-explorer';
export { markPicture } from './report/face-marks';
export { featureMaps } from './report/feature-maps';
export { nameFigures, saveFigure } from './report/figures';
export { accuracyChart } from './report/learning-charts';
export { stepLossChart } from './report/step-loss-chart';
export { publishedChart } from './report/published-chart';
export { formatRate, rateTable } from './report/estimate-table';
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
export { ablationFigure, ablationRates } from './study/evidence/ablation';
export {
  aboutSet,
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
export { realFacesChart, realFacesReliability, realFacesRisk, recallChart } from './study/real-faces/figures';
export { REAL_FACES_MODELS, REAL_FACES_NAMES } from './study/real-faces/rows';
export { annotatorAgreement, realFacesAnswers } from './study/real-faces/answers';
export { summarizeRealFaces } from './study/real-faces/scores';
