import { InvalidArgumentError } from 'commander';

/**
 * Makes a parser of a number on the command line.
 * @param range.isWhole whether the number must be an integer
 * @returns a function for commander; a value out of range is wrong usage
 */
export function numberBetween(
  least: number,
  most: number,
  range: { readonly isWhole?: boolean } = {},
): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    const fits = value >= least && value <= most && (!range.isWhole || Number.isInteger(value));
    if (fits) return value;
    const kind = range.isWhole ? 'an integer' : 'a number';
    throw new InvalidArgumentError(`Expected ${kind} between ${least} and ${most} but received ${text}.`);
  };
}
