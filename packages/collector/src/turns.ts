/** Lets through what there is time for now. */
export interface Turns {
  /** Null if the work may be done at once, else a promise that resolves when it may; first come, first served. */
  wait(bytes: number): Promise<void> | null;
}

interface Waiting {
  readonly bytes: number;
  readonly go: () => void;
}

/**
 * Bodies of all connections often arrive at once. Were they all judged in one turn of the event loop, a transaction could neither be
 * begun nor answered meanwhile, and afterwards this thread would have nothing to do while all of them wait for the disk. So only so many
 * bytes are judged in a turn, and the disk is busy with the first while the next are judged.
 */
export const createTurns = (bytesInTurn: number, later: (work: () => void) => void): Turns => {
  let left = bytesInTurn;
  let scheduled = false;
  let waiting: Waiting[] = [];
  /** Of the first that still waits. */
  let first = 0;

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    later(turn);
  };
  const turn = (): void => {
    scheduled = false;
    left = bytesInTurn;
    while (first < waiting.length && left > 0) {
      const { bytes, go } = waiting[first]!;
      first += 1;
      left -= bytes;
      go();
    }
    if (first < waiting.length) return schedule();
    waiting = [];
    first = 0;
    if (left < bytesInTurn) schedule();
  };

  return {
    wait(bytes) {
      schedule();
      if (left > 0 && first === waiting.length) {
        left -= bytes;
        return null;
      }
      return new Promise((go) => waiting.push({ bytes, go }));
    },
  };
};
