import { DestinationError } from '../../src/destinations/destination.ts';
import type { Destination, LoadBatch } from '../../src/destinations/destination.ts';

export interface MemoryDestination extends Destination {
  readonly batches: LoadBatch[];
  /** Called before a batch is taken; what it throws is the failure. */
  before: (batch: LoadBatch) => void | Promise<void>;
  /** Called after a batch is taken: an answer that was lost. */
  after: (batch: LoadBatch) => void | Promise<void>;
}

/** The contract without a database, for tests of everything around it. */
export const createMemoryDestination = (): MemoryDestination => {
  const batches: LoadBatch[] = [];
  const destination: MemoryDestination = {
    batches,
    before: () => undefined,
    after: () => undefined,
    open: async () => undefined,
    async load(batch) {
      await destination.before(batch);
      const known = batches.find(({ id }) => id === batch.id);
      if (!known)
        batches.push({
          ...batch,
          events: batch.events.map((row) => ({ ...row, payload: Buffer.from(row.payload) })),
        });
      else if (known.events.length !== batch.events.length) throw new Error('one batch id, two contents');
      await destination.after(batch);
    },
    close: () => undefined,
  };
  return destination;
};

export const poison = (bad: (messageId: string) => boolean) => (batch: LoadBatch) => {
  if (batch.events.some((row) => bad(row.message_id))) throw new DestinationError('poison', 'a row is bad');
};
