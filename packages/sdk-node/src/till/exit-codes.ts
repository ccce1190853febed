/** How `nitka-till` ends. The worst that happened decides: what could not be stored, then bad lines, refused events, and what waits. */
export const exitCodes = {
  /** All is stored and, where the command waits for it, delivered. */
  done: 0,
  /** The command line or the environment is wrong; nothing was read. */
  usage: 2,
  /** All is stored safely, but not all is delivered yet: run `nitka-till drain` later. */
  pending: 3,
  /** Some lines are no events. They are kept aside with the reason; the others are stored. */
  badLines: 4,
  /** The queue could not store an event (full, or the disk is), or a file could not be read. */
  notStored: 5,
  /** The collector cannot use some events: they are in its rejects. */
  refused: 6,
} as const;
