import type { CollectorConfig } from '../config.ts';
import { importClient } from '../destinations/options.ts';
import type { LedgerLine } from '../ledger.ts';
import { addBooks, countAccepted } from './books.ts';
import type { PartitionBooks } from './books.ts';
import { createCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { laneKey } from './cursor.ts';
import type { CursorNote } from './cursor.ts';
import { createForgetNotes } from './forget-notes.ts';
import { createNotes } from './notes.ts';
import { boundsOf } from './partition-log.ts';
import { readChunks, sequenceOf } from './spool-reader.ts';
import { resolveKafkaSpool } from './spool-options.ts';
import type { ResolvedKafkaSpool } from './spool-options.ts';

interface Sum {
  readonly books: PartitionBooks;
  readonly pending: PartitionBooks;
}

/** The books of one partition as the cursor's note has them, and what the partition holds beyond it. */
const sumOf = async (
  cluster: Cluster,
  { group, topic, cursorsTopic }: ResolvedKafkaSpool,
  topicId: string,
  partition: number,
  destination: string,
): Promise<Sum> => {
  const cursors = { name: cursorsTopic, ...(await cluster.topic(cursorsTopic)) };
  const name = { group, topic, partition, destination, log: `${topicId}-${partition}` };
  const note = await createNotes<CursorNote>(cluster, cursors, laneKey(name)).read();
  const { start, end } = await boundsOf(cluster, topic, partition);
  const from = note?.next ?? sequenceOf(start);
  let pending: PartitionBooks = {};
  for await (const { chunks } of readChunks(cluster, topic, partition, {
    from,
    to: sequenceOf(end),
    start,
  })) {
    pending = addBooks(pending, countAccepted(chunks, from, Infinity));
  }
  return { books: note?.books ?? {}, pending };
};

/**
 * The books of every source and destination, from Kafka alone: no collector has to run. `pending` is counted in the topic, so it takes as
 * long as reading it.
 */
export const readKafkaBooks = async (
  config: Pick<CollectorConfig, 'spool' | 'destinations'>,
): Promise<LedgerLine[]> => {
  const kafka = await importClient('@platformatic/kafka', () => import('@platformatic/kafka'));
  const spool = resolveKafkaSpool(config.spool.kafka ?? {});
  const cluster = createCluster(kafka, spool.address);
  try {
    const { partitions, id } = await cluster.topic(spool.topic);
    const lines: LedgerLine[] = [];
    const cursors = { name: spool.cursorsTopic, id: '', partitions: 1 };
    const notes = createForgetNotes(() => cluster, cursors);
    await notes.refresh();
    const forgottenOf = (destination: string, source: string): number =>
      [...notes.all().values()].reduce(
        (sum, { forgotten }) => sum + (forgotten[destination]?.[source] ?? 0),
        0,
      );
    for (const { name: destination } of config.destinations) {
      const sums = await Promise.all(
        Array.from({ length: partitions }, (_, at) => sumOf(cluster, spool, id, at, destination)),
      );
      const books = sums.map((sum) => sum.books).reduce(addBooks, {});
      const waiting = sums.map((sum) => sum.pending).reduce(addBooks, {});
      for (const source of Object.keys(addBooks(books, waiting))) {
        const { accepted = 0, loaded = 0, duplicate = 0, rejected = 0 } = books[source] ?? {};
        const pending = waiting[source]?.accepted ?? 0;
        const balanced = accepted === loaded + duplicate + rejected;
        const line = {
          source,
          destination,
          accepted: accepted + pending,
          loaded,
          duplicate,
          rejected,
          pending,
        };
        lines.push({ ...line, earlier: 0, forgotten: forgottenOf(destination, source), balanced });
      }
    }
    return lines;
  } finally {
    await cluster.close();
  }
};
