import { open } from 'lmdb';
import type { Database } from 'lmdb';
import { makeFolder } from '../make-folder.ts';
import { isAccepted } from '../spool/chunk.ts';
import { seenKey } from '../spool/seen.ts';
import { readChunks } from './spool-reader.ts';
import type { PlacedChunk } from './spool-reader.ts';
import type { Cluster } from './cluster.ts';
import { boundsOf } from './partition-log.ts';

/** Which messageIds a partition holds, each with the sequence number of its first entry. */
export interface SeenIndex {
  /** Makes sure that everything before `end` is known; `chunks` are those that the caller has read just before it. */
  advance(chunks: readonly PlacedChunk[], end: number): Promise<void>;
  /** False for a repeat. Only of entries before the end of the last `advance`. */
  isFirst(messageId: string, sequence: number): boolean;
}

export interface SeenIndexes {
  /** `log` names the partition, also when its topic was made anew under the same name. */
  of(log: string, topic: string, partition: number): SeenIndex;
  close(): Promise<void>;
}

/**
 * It follows from the partition alone: whoever reads the partition from its beginning comes to the same, so a loader that takes over knows
 * the same repeats. What the topic's retention has removed is known to those loaders that had read it and kept their folder.
 */
export const openSeenIndexes = (folder: string, cluster: Cluster): SeenIndexes => {
  makeFolder(folder);
  const root = open({ path: folder, encoding: 'json', maxDbs: 4096 });
  const indexes = new Map<string, SeenIndex>();

  const createIndex = (log: string, topic: string, partition: number): SeenIndex => {
    const first: Database<number, Buffer> = root.openDB({
      name: `first-${log}`,
      encoding: 'ordered-binary',
      keyEncoding: 'binary',
    });
    const known = root.openDB<number, string>({ name: 'known', encoding: 'json' });
    let end = known.get(log) ?? 0;
    let turn: Promise<void> = Promise.resolve();

    const add = async (chunks: readonly PlacedChunk[], upTo: number): Promise<void> => {
      await root.childTransaction(() => {
        for (const { first: start, chunk } of chunks) {
          if (start < end) continue;
          chunk.entries.forEach((entry, at) => {
            if (!isAccepted(entry)) return;
            first.putSync(seenKey(entry.columns.messageId), start + at, { noOverwrite: true });
          });
        }
        known.putSync(log, upTo);
      });
      end = upTo;
    };

    const advance = async (chunks: readonly PlacedChunk[], upTo: number): Promise<void> => {
      if (end >= upTo) return;
      const before = chunks[0]?.first ?? upTo;
      if (end < before) {
        const { start } = await boundsOf(cluster, topic, partition);
        for await (const read of readChunks(cluster, topic, partition, { from: end, to: before, start })) {
          await add(read.chunks, read.end);
        }
      }
      await add(chunks, upTo);
    };

    return {
      advance(chunks, upTo) {
        const next = turn.then(() => advance(chunks, upTo));
        turn = next.catch(() => undefined);
        return next;
      },
      isFirst: (messageId, sequence) => first.get(seenKey(messageId)) === sequence,
    };
  };

  return {
    of(log, topic, partition) {
      const found = indexes.get(log) ?? createIndex(log, topic, partition);
      indexes.set(log, found);
      return found;
    },
    close: () => root.close(),
  };
};
