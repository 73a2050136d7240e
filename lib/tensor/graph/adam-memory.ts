import type { AdamSlots, AdamValues } from '../adam-slots';

/** A graph that takes Adam's steps itself. */
export interface AdamMemory {
  /** Reads Adam's state of a variable, by the graph's name of the variable. */
  readSlots(name: string): AdamValues;
  /** Restores a state from {@link readSlots}. */
  restoreSlots(name: string, values: AdamValues): void;
  /** Ends the graph's steps, because some of the state is no longer in the graph. */
  end(): void;
  dispose(): void;
}

/**
 * Gives access to a variable's state in a graph. The first eager step moves the state out of the graph.
 * @param variable.create makes slots for eager steps
 * @param variable.release called once, when these slots no longer need the graph
 */
export function createGraphSlots(
  graph: AdamMemory,
  variable: {
    readonly name: string;
    readonly create: (values: AdamValues) => AdamSlots;
    readonly release: () => void;
  },
): AdamSlots {
  const { name, create, release } = variable;
  let eager: AdamSlots | undefined;
  const moveOut = () => {
    const slots = create(graph.readSlots(name));
    release();
    return slots;
  };
  return {
    apply: (gradient, rates) => (eager ??= moveOut()).apply(gradient, rates),
    read: () => (eager ? eager.read() : graph.readSlots(name)),
    dispose: () => (eager ? eager.dispose() : release()),
  };
}
