import { formatPercent } from '../core/numbers';

/** What is measured after an epoch. Losses are means over samples (the original took means of batch means). */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Mean cross entropy of the training pass itself: dropout on, weights moving. */
  readonly trainLoss: number;
  /** Accuracy on the training samples in a second pass, in evaluation mode, 0 to 1. */
  readonly trainAccuracy: number;
  readonly validationLoss: number;
  /** 0 to 1. */
  readonly validationAccuracy: number;
  /** Wall-clock time of the epoch, both passes included. */
  readonly seconds: number;
}

/**
 * Tells whether an epoch did better on the validation samples: more right, or as many with a smaller loss.
 * @param other undefined counts as worse than anything
 */
export function isBetter(record: EpochRecord, other: EpochRecord | undefined): boolean {
  if (!other) return true;
  if (record.validationAccuracy !== other.validationAccuracy) {
    return record.validationAccuracy > other.validationAccuracy;
  }
  return record.validationLoss < other.validationLoss;
}

/**
 * Writes an epoch as one line.
 * @param epochs how many there will be
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
