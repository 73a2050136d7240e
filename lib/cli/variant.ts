import { type Command, Option } from 'commander';
import type { Variant } from '../setup/native';

/** Flags that choose a build of TensorFlow. */
export interface VariantFlags {
  readonly cpu?: boolean;
  readonly gpu?: boolean;
}

/** Adds `--cpu` and `--gpu` to a command that sets up. */
export function addVariantOptions(command: Command): Command {
  return command
    .addOption(new Option('--cpu', "TensorFlow's CPU build; default: what nvidia-smi finds").conflicts('gpu'))
    .addOption(new Option('--gpu', "TensorFlow's CUDA build; default: what nvidia-smi finds"));
}

/** Reads the flags of {@link addVariantOptions}. */
export function variantOf({ cpu, gpu }: VariantFlags): Variant | undefined {
  return cpu ? 'cpu' : gpu ? 'gpu' : undefined;
}
