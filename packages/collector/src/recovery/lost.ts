import type { Destination } from '../destinations/destination.ts';
import type { Spool } from '../spool/spool.ts';
import { readBatchId } from './covered.ts';

interface Asked {
  readonly name: string;
  readonly destination: Destination;
  readonly batches: readonly string[] | null;
}

/** Events that a destination has and the restored spool has not. */
export interface Lost {
  /** By destination and source. */
  readonly byDestination: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** The ids of all of them, each once, by source. */
  readonly ids: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Rows of one batch at most; a batch is far smaller (loader.maxEvents). */
const rowsOfBatch = 100_000;

/** Asks each destination for the rows of the batches that reach beyond the head of the spool. */
export const countLost = async (
  spool: Spool,
  asked: readonly Asked[],
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<Lost> => {
  const head = spool.head();
  const work = asked.flatMap(({ name, destination, batches }) =>
    (batches ?? []).flatMap((id) => {
      const batch = readBatchId(id);
      return batch?.spool === spool.id && batch.range[1] > head ? [{ name, destination, id }] : [];
    }),
  );
  const ids = new Map<string, Set<string>>();
  const byDestination = new Map<string, Map<string, number>>();
  for (const [done, { name, destination, id }] of work.entries()) {
    onProgress(done, work.length);
    const { rows } = await destination.query!(
      `SELECT source, message_id FROM raw_events WHERE batch_id = '${id}'`,
      rowsOfBatch,
    );
    const counts = byDestination.get(name) ?? new Map<string, number>();
    byDestination.set(name, counts);
    for (const [source, messageId] of rows as [string, string][]) {
      if (spool.knows(messageId)) continue;
      counts.set(source, (counts.get(source) ?? 0) + 1);
      const known = ids.get(source) ?? new Set<string>();
      ids.set(source, known.add(messageId));
    }
  }
  onProgress(work.length, work.length);
  return { byDestination, ids };
};

/** The books take them in, and their ids are known: sent again, they are repeats. Only inside a transaction. */
export const rememberLost = (spool: Spool, asked: readonly Asked[], { byDestination, ids }: Lost): void => {
  for (const [source, messageIds] of ids) {
    for (const messageId of messageIds) spool.remember(messageId);
    spool.ledger.edit(source).accepted += messageIds.size;
    for (const { name } of asked) {
      const counts = spool.ledger.editLoaded(source, name);
      const here = byDestination.get(name)?.get(source) ?? 0;
      counts.loaded += here;
      // Another destination had gone further when the disk was lost.
      if (here < messageIds.size) counts.earlier = (counts.earlier ?? 0) + messageIds.size - here;
    }
  }
};
