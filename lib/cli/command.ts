import { type Command, InvalidArgumentError, Option } from 'commander';
import { followProgress } from '../notebook/progress';

/** An option of a command. T is the type of its value, undefined included when the option may be missing. */
export class Flag<T> extends Option {
  /** Declares the type of the value; it has no value itself. */
  declare readonly value: T;

  /** Sets the default value. */
  or(value: T & {}): Flag<T & {}> {
    this.default(value);
    return this as Flag<unknown> as Flag<T & {}>;
  }

  /** Makes a missing option an error. */
  needed(): Flag<T & {}> {
    this.makeOptionMandatory();
    return this as Flag<unknown> as Flag<T & {}>;
  }
}

/** Declares an option with a text, such as a file. @param flags such as `-m, --model <file>` */
export const text = (flags: string, help: string) => new Flag<string | undefined>(flags, help);

/** Declares an option without a value. */
export const toggle = (flags: string, help: string) => new Flag<boolean | undefined>(flags, help);

/** Declares an option with one of a few values. */
export const choice = <T extends string>(flags: string, help: string, values: readonly T[]) =>
  new Flag<T | undefined>(flags, help).choices(values);

/**
 * Declares an option with a number; a number out of range is wrong usage.
 * @param words words that are accepted instead of numbers, with their values
 */
export function number(
  flags: string,
  help: string,
  least: number,
  most: number,
  words: ReadonlyMap<string, number> = new Map(),
): Flag<number | undefined> {
  const read = (given: string) => words.get(given) ?? readNumber(given, least, most, 'a number');
  return new Flag<number | undefined>(flags, help).argParser(read);
}

/** Declares an option with an integer. */
export const integer = (flags: string, help: string, least: number, most = 1e6) =>
  new Flag<number | undefined>(flags, help).argParser((given) =>
    readNumber(given, least, most, 'an integer'),
  );

function readNumber(given: string, least: number, most: number, kind: 'a number' | 'an integer'): number {
  const value = given.trim() === '' ? NaN : Number(given);
  if (value >= least && value <= most && (kind === 'a number' || Number.isInteger(value))) return value;
  throw new InvalidArgumentError(`Expected ${kind} between ${least} and ${most} but received ${given}.`);
}

/** Options by the names of their values. */
type Flags = Readonly<Record<string, Flag<unknown>>>;

/** Values of options; those of options that may be missing are optional. */
export type ValuesOf<F extends Flags> = {
  readonly [K in keyof F as undefined extends F[K]['value'] ? never : K]: F[K]['value'];
} & { readonly [K in keyof F as undefined extends F[K]['value'] ? K : never]?: F[K]['value'] };

/**
 * Finds the first of some options that was given.
 * @returns the option as it is typed, such as `--batch-size`
 */
export function findGiven(options: Flags, values: Readonly<Record<string, unknown>>): string | undefined {
  return Object.entries(options).find(([name]) => values[name] !== undefined)?.[1].long;
}

/** Specification of a command. */
interface CommandSpec<F extends Flags> {
  /** Help line of a subcommand. */
  readonly description?: string;
  /** Operands in their order, such as `<file>`, `[file]` or `[files...]`, with their help. */
  readonly operands?: Readonly<Record<string, string>>;
  readonly options?: F;
  /** Whether unknown options become operands. */
  readonly takesUnknownOptions?: boolean;
  /** Help below the options. */
  readonly help?: string;
  /** Subcommands by name. */
  readonly commands?: Readonly<Record<string, (command: Command) => void>>;
  /**
   * @param refuse reports wrong usage and ends the process
   * @returns the exit status, default 0
   */
  readonly run?: (
    values: ValuesOf<F>,
    operands: string[],
    refuse: (message: string) => never,
  ) => number | void | Promise<number | void>;
}

/** Returns a function that applies a specification to a command of commander. */
export function defineCommand<F extends Flags>(spec: CommandSpec<F>): (command: Command) => void {
  const { description = '', operands = {}, options = {}, commands = {}, help = '', run } = spec;
  return (command) => {
    if (description) command.description(description);
    for (const [name, about] of Object.entries(operands)) command.argument(name, about);
    for (const option of Object.values<Option>(options)) command.addOption(option);
    for (const [name, define] of Object.entries(commands)) define(command.command(name));
    if (help) command.addHelpText('after', `\n${help}`);
    command.allowUnknownOption(spec.takesUnknownOptions ?? false);
    if (!run) return;
    const refuse = (message: string) => command.error(`error: ${message}`);
    command.action(async () => {
      process.exitCode = (await run(command.opts(), command.args, refuse)) ?? process.exitCode;
    });
  };
}

/**
 * Chooses the format of a result.
 * @param given wins
 * @param file its ending names the format; another ending, or no file: text
 */
export function chooseFormat<F extends string>(formats: readonly F[], given?: F, file = ''): F | 'text' {
  return given ?? formats.find((name) => file.toLowerCase().endsWith(`.${name}`)) ?? 'text';
}

/** Prints a line of a command's result on standard output. */
export const print = (line: string): void => console.log(line);

/** Prints a message on standard error, separate from results. */
export const tell = (line: string): boolean => process.stderr.write(`${line}\n`);

/** Exit status after Ctrl-C. */
export const STOPPED = 130;

/**
 * Makes a callback that shows the progress of a long task on standard error: a terminal gets a bar, anything else a line
 * every half minute.
 * @param title name of the task
 */
export const followOnStderr = (title: string) => followProgress(title, process.stderr);
