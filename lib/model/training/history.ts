import { formatPercent } from '../../core/metrics';

/** Results of an epoch. Losses are means over samples (the original averaged batch means). */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Mean cross entropy during training, with dropout and while the weights change. */
  readonly trainLoss: number;
  /** Accuracy on the training samples after the epoch, in inference mode, 0 to 1. */
  readonly trainAccuracy: number;
  readonly validationLoss: number;
  /** 0 to 1. */
  readonly validationAccuracy: number;
  /** Wall-clock time of the epoch, training and evaluation. */
  readonly seconds: number;
}

/**
 * Returns whether an epoch has the better validation result: higher accuracy, or equal accuracy and lower loss.
 * @param other undefined when there is no other epoch; the result is then true
 */
export function isBetter(record: EpochRecord, other: EpochRecord | undefined): boolean {
  if (!other) return true;
  if (record.validationAccuracy !== other.validationAccuracy) {
    return record.validationAccuracy > other.validationAccuracy;
  }
  return record.validationLoss < other.validationLoss;
}

/**
 * Formats an epoch as one line.
 * @param epochs total number of epochs
 */
export function formatEpoch(record: EpochRecord, epochs: number): string {
  const number = String(record.epoch).padStart(String(epochs).length);
  const loss = (value: number) => value.toFixed(4);
  return [
    `epoch ${number}/${epochs}`,
    `train loss ${loss(record.trainLoss)} accuracy ${formatPercent(record.trainAccuracy)}`,
    `validation loss ${loss(record.validationLoss)} accuracy ${formatPercent(record.validationAccuracy)}`,
    `${record.seconds.toFixed(1)} s`,
  ].join(' | ');
}
