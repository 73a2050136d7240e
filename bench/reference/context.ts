/** Arguments of every part of the reference. */
export interface ReferenceContext {
  /** results/reference, absolute. */
  readonly directory: string;
  /** This process' environment without any setting of an experiment, so that the defaults hold. */
  readonly environment: NodeJS.ProcessEnv;
  readonly print: (line: string) => void;
}
