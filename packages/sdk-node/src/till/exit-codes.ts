/** How `nitka-till` ends. The worst that happened decides. */
export const exitCodes = {
  /** All is stored and, where the command waits for it, delivered. */
  done: 0,
  /** The command line or the environment is wrong; nothing was read. */
  usage: 2,
  /** All is stored safely, but not all is delivered yet: run `nitka-till drain` later. */
  pending: 3,
  /** Some lines are no events. They are kept aside with the reason; the others are stored. */
  badLines: 4,
  /** The queue could not store an event (full, or the disk is): from there on nothing was read. */
  notStored: 5,
} as const;
