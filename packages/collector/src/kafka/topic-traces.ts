import type { ErasedRow, Erasure } from '../destinations/erasure.ts';
import { isAccepted } from '../spool/chunk.ts';
import { createMatch } from '../spool/purge.ts';
import type { Cluster } from './cluster.ts';
import { boundsOf } from './partition-log.ts';
import { readChunks, sequenceOf } from './spool-reader.ts';
import type { PlacedChunk } from './spool-reader.ts';

export interface TopicTraces {
  readonly rows: ErasedRow[];
  /** How many. */
  rejects: number;
}

const addTraces = (
  found: TopicTraces,
  match: ReturnType<typeof createMatch>,
  { chunk }: PlacedChunk,
): void => {
  const { source, serverVisitorId } = chunk.meta;
  const all = match.shared(chunk.meta);
  for (const entry of chunk.entries) {
    if (!all && !match.entry(entry)) continue;
    if (!isAccepted(entry)) {
      found.rejects += 1;
      continue;
    }
    const { messageId, anonymousId, userId } = entry.columns;
    found.rows.push({ source, messageId, anonymousId, serverVisitorId, userId });
  }
};

/** What a topic holds of a person. It is read whole: `onPartition` is told how many partitions are done. */
export const readTopicTraces = async (
  cluster: Cluster,
  { topic, partitions }: { readonly topic: string; readonly partitions: number },
  erasure: Erasure,
  onPartition: (done: number) => void,
): Promise<TopicTraces> => {
  const match = createMatch(erasure);
  const found: TopicTraces = { rows: [], rejects: 0 };
  for (let partition = 0; partition < partitions; partition += 1) {
    onPartition(partition);
    const { start, end } = await boundsOf(cluster, topic, partition);
    const whole = { from: sequenceOf(start), to: sequenceOf(end), start };
    for await (const { chunks } of readChunks(cluster, topic, partition, whole))
      for (const chunk of chunks) addTraces(found, match, chunk);
  }
  onPartition(partitions);
  return found;
};
