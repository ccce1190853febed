import { NitkaError } from '@nitka/core';
import type { CollectorConfig } from '../config.ts';
import { chunkIsWhole, decodeChunk } from '../spool/chunk.ts';
import type { Session } from './session.ts';
import { laneKey } from './cursor.ts';
import type { CursorNote } from './cursor.ts';
import { createNotes } from './notes.ts';
import { boundsOf, committedRecords, endOf, fetchBatches } from './partition-log.ts';
import { sequenceOf } from './spool-reader.ts';

export interface VerifiedTopic {
  readonly messages: number;
  readonly entries: number;
}

const fetchBytes = 4_000_000;

/**
 * Reads the whole topic: each message is as it was written, and no destination has come further than the topic goes, or lost what it has
 * yet to load.
 *
 * @throws NitkaError `spool_corrupt`
 */
export const verifyTopic = async (
  { cluster, spool, events, cursors }: Session,
  { destinations }: Pick<CollectorConfig, 'destinations'>,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<VerifiedTopic> => {
  let messages = 0;
  let entries = 0;
  const broken = (partition: number, what: string): NitkaError =>
    new NitkaError('spool_corrupt', `${spool.topic}/${partition}: ${what}`);

  for (let partition = 0; partition < events.partitions; partition += 1) {
    onProgress(partition, events.partitions);
    const { start, end } = await boundsOf(cluster, spool.topic, partition);
    for (const { name: destination } of destinations) {
      const lane = { group: spool.group, topic: spool.topic, partition, destination };
      const key = laneKey({ ...lane, log: `${events.id}-${partition}` });
      const note = await createNotes<CursorNote>(cluster, cursors, key).read();
      if (!note) continue;
      if (note.next > sequenceOf(end))
        throw broken(partition, `has lost its end: ${destination} is beyond it`);
      if (note.next < sequenceOf(start))
        throw broken(partition, `the retention has removed what ${destination} has yet to load`);
    }
    for (let at = start; at < end;) {
      const { batches } = await fetchBatches(cluster, spool.topic, partition, at, {
        maxBytes: fetchBytes,
        maxWait: 1000,
      });
      const last = batches.at(-1);
      if (!last || endOf(last) <= at) throw broken(partition, `gives nothing at offset ${at}`);
      for (const { offset, value } of committedRecords(cluster, batches, at)) {
        if (value === null || !chunkIsWhole(value)) throw broken(partition, `offset ${offset} is damaged`);
        messages += 1;
        entries += decodeChunk(value).entries.length;
      }
      at = endOf(last);
    }
  }
  onProgress(events.partitions, events.partitions);
  return { messages, entries };
};
