/*
 * Imports from the host: the allocator of tfjs' memory, which this module shares. No other code of this module may
 * allocate, so its only objects are structures in memory from malloc.
 */

/** Allocates memory and returns its address. */
export declare function malloc(bytes: usize): usize;

/** Frees memory. */
export declare function free(address: usize): void;
