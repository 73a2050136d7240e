import { InvalidArgumentError } from 'commander';

/**
 * Parses an option that takes an integer of at least 0.
 * @throws InvalidArgumentError with what was given
 */
export function toInteger(value: string): number {
  if (/^\d+$/.test(value)) return Number(value);
  throw new InvalidArgumentError(`Expected an integer but received ${value}`);
}
