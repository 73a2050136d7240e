/*
 * What the host lends: its memory, which is tfjs' own, and the allocator of that memory. Nothing else of this module
 * may allocate, so it has no objects of AssemblyScript's but those that are laid over memory of malloc's.
 */

/** Reserves memory; gives its address. */
export declare function malloc(bytes: usize): usize;

/** Gives memory back. */
export declare function free(address: usize): void;
