// What notebooks may import.
import './source-maps';
export { riskCoverage } from './core/calibration';
export { EMOTIONS, emotionId } from './core/emotions';
export { limitBatchSize, readCropped, readExperiment } from './core/experiment-settings';
export { bootstrapCharacters, wilsonInterval } from './core/intervals';
export { formatPercent, measureBlockIou } from './core/metrics';
export { boundingBox, growBox, type Box } from './core/geometry';
export { cropGray, resizeBilinear, toGray, toModelInput, type GrayImage } from './core/image';
export { cutBlocks, EYES_LANDMARKS, MOUTH_LANDMARKS } from './core/blocks';
export { createRandom } from './core/random';
export { splitRecords } from './core/split';
export { Adam } from './tensor/adam';
export { meanCrossEntropy } from './tensor/operations';
export { startEngine } from './tensor/backend';
export { loadFaceDetector } from './faces/detector/detect';
export { buildCompact } from './model/networks/compact';
export * from './model/networks/face-networks';
export { blockSource } from './model/training/data';
export { predictNearest } from './model/networks/baselines';
export { countParameters } from './model/networks/network';
export { buildTerGat, TERGAT_SIZES } from './model/networks/tergat';
export { followProgress } from './notebook/progress';
export { show } from './notebook/show';
export { runStoppable } from './notebook/stop';
export { finishReport, startNotebook, trainInCell } from './notebook/cells';
export { predictPictures } from './predict/predict-inputs';
export { predictionRows, viewPredictions } from './predict/show-predictions';
export { architectureDiagram, attentionFlow, describeTerGat } from './figures/diagrams';
export { blockExplorer } from './figures/block-explorer';
export { countsChart, errorExplorer } from './figures/class-charts';
export { markPicture } from './figures/face-marks';
export { featureMaps } from './figures/images';
export { nameFigures } from './figures/figure';
export { accuracyChart, stepLossChart } from './figures/learning-charts';
export { publishedChart } from './figures/estimate-charts';
export * from './figures/tables';
export { imageGrid, sampleSheet } from './figures/sheets';
export * from './study/evidence/scored-answers';
export { CORRUPTIONS } from './study/evidence/corruptions';
export * from './study/evidence/evidence-figures';
export { openEvidence } from './study/evidence/open-evidence';
export { PROTOCOL_NAMES, PROTOCOLS } from './study/evidence/splits';
export * from './study/face-views';
export { evaluateWithBaselines, facesOfSplit } from './study/evaluate-split';
export { openDataset, preprocessDataset } from './study/open-dataset';
export { openExamples, openPictures } from './study/pictures';
export { reportRows } from './study/report';
export { loadRealFaces } from './study/real-faces/real-faces-archive';
export {
  realFacesChart,
  realFacesReliability,
  realFacesRisk,
  recallChart,
} from './study/real-faces/real-faces-figures';
export { REAL_FACES_MODELS, REAL_FACES_NAMES } from './study/real-faces/models';
export { annotatorAgreement, realFacesAnswers } from './study/real-faces/calibrated-answers';
export { summarizeRealFaces } from './study/real-faces/real-faces-summary';
