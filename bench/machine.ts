import os from 'node:os';
import type { EngineInfo } from '../lib/tensor/backend';
import type { Machine } from './bench-file';

/**
 * Describes the machine of the measurements.
 * @param engine of this process
 * @param versions of all measured software
 * @param loadAtStart system load when the bench began
 */
export function describeMachine(
  engine: EngineInfo,
  versions: Readonly<Record<string, string>>,
  loadAtStart: number,
): Machine {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    tensorflow: engine.tensorflow ?? null,
    device: engine.device,
    loadAtStart: Math.round(100 * loadAtStart) / 100,
    versions,
  };
}
