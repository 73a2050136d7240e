import type { AdamSlots, AdamValues } from '../adam-slots';

/** A graph that takes Adam's steps itself. */
export interface AdamMemory {
  /** Reads what Adam remembers of a variable, by the graph's name of it. */
  readSlots(name: string): AdamValues;
  /** Puts back what {@link readSlots} gave. */
  restoreSlots(name: string, values: AdamValues): void;
  /** Ends the graph's steps: what it remembers is no longer all that there is. */
  end(): void;
  dispose(): void;
}

/**
 * Gives access to what a graph remembers of a variable. The first step that is taken outside of the graph takes it out.
 * @param variable.create makes slots for steps outside of the graph
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
  let outside: AdamSlots | undefined;
  const takeOut = () => {
    const slots = create(graph.readSlots(name));
    release();
    return slots;
  };
  return {
    apply: (gradient, rates) => (outside ??= takeOut()).apply(gradient, rates),
    read: () => (outside ? outside.read() : graph.readSlots(name)),
    dispose: () => (outside ? outside.dispose() : release()),
  };
}
